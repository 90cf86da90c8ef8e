"""A look at an edited file finds what a look at the whole of it does."""

from __future__ import annotations

import random

import pytest

from fourlayer_rules.config.hardcoded_secret._scan import scan

_KEY = "AKIA" + "Q3EGRT7XMJLW2ZPB"
_LINES = (
    'const apiKey = "aZ81kq0Pw73mXc92LtB5";',
    f'const id = "{_KEY}";',
    'const url = "https://admin:h4rdt0guess@db.internal:5432/x";',
    "// it's the key, \"don't\" use it",
    'const title = "nothing to see";',
    "",
    'headers.set("Authorization",',
    '  "Bearer 83hf7sk20dkw83hf7sk2");',
    "const pass = `correct horse`; const pin = '4821';",
    '  const value = process.env.SECRET ?? "fallback-value";',
    "export const café = 'naïve';",
)
_PIECES = (*_LINES, '"', "'", "`", "\n", "\r\n", " token ", "key: ", "x", "://", "@", "password")


@pytest.mark.parametrize("seed", range(60))
def test_after_any_edit(seed: int) -> None:
    rng = random.Random(seed)
    data = "\n".join(rng.choice(_LINES) for _ in range(40)).encode()
    known = scan(data)
    assert known.hits or known.candidates
    for _ in range(25):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((0, 0, 1, 3, 60)))
        data = data[:start] + rng.choice(_PIECES).encode() + data[end:]
        known = scan(data, known)
        assert known == scan(data)


def test_a_private_key_may_take_several_lines() -> None:
    body = "\n".join(f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCB{number}" for number in range(9))
    text = f"const pem = `-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----`;\n"
    before = scan(text.replace("KEY-----`", "KEY`").encode())
    after = scan(text.encode(), before)
    assert (len(before.hits), len(after.hits)) == (0, 1)
