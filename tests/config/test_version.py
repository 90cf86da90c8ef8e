"""Version specifiers."""

from __future__ import annotations

import pytest

from fourlayer.config.version import satisfies, specifier_fault


@pytest.mark.parametrize(
    ("version", "specifier", "fits"),
    [
        ("0.1.0", ">=0.1", True),
        ("0.1", "==0.1.0", True),
        ("0.10.0", ">0.9", True),
        ("0.9", ">=0.10", False),
        ("1.2.3", ">=1,<2", True),
        ("2.0", ">=1,<2", False),
        ("1.2.3", "==1.2.*", True),
        ("1.3", "==1.2.*", False),
        ("1.3", "!=1.2.*", True),
        ("1.4.9", "~=1.4.2", True),
        ("1.5.0", "~=1.4.2", False),
        ("1.9", "~=1.4", True),
        ("1.0.0rc1", ">=1.0", True),
        ("1.0", "!=1.0.0", False),
    ],
)
def test_numbers_are_compared(version: str, specifier: str, fits: bool) -> None:
    assert specifier_fault(specifier) is None
    assert satisfies(version, specifier) is fits


@pytest.mark.parametrize("specifier", ["", "1.0", ">=", "^1.0", ">=1.0,", ">=1.*", "~=1", ">=1.0 || <3"])
def test_what_is_no_specifier(specifier: str) -> None:
    assert specifier_fault(specifier)
