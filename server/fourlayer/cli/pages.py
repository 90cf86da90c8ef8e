"""The documentation page of a rule, which lies beside its code."""

from __future__ import annotations

import os
import sys

from fourlayer.rule.model import RuleMeta


def load_page(meta: RuleMeta) -> str:
    """The page as Markdown; what the metadata says where the page is absent. Imports no rule."""
    path = page_path(meta)
    if path is not None:
        try:
            with open(path, encoding="utf-8") as stream:
                return stream.read()
        except (OSError, UnicodeDecodeError):
            pass
    return f"# {meta.id}\n\n{meta.summary}\n\nThe standard: {meta.clause}\n"


def page_path(meta: RuleMeta) -> str | None:
    """The absolute path where the page should be; None when the rule's package has no folder."""
    package, *parts = meta.module.split(".")[:-1] or [""]
    try:
        file = sys.modules[package].__file__ if package in sys.modules else __import__(package).__file__
    except (ImportError, AttributeError, ValueError):
        return None
    return os.path.join(os.path.dirname(file), *parts, "README.md") if file else None
