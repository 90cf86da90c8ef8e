"""Where a file may hold a credential, told by its bytes; after an edit only the changed lines are read."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.secret_texts import Hit, credentials_in_url, is_common, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.rule.model import Certainty

_REACH = 200
"""Bytes before a text in which its name is looked for."""

_MULTILINE = b"-----BEGIN"
"""The start of the one kind of token that takes several lines."""

_HINTS = (
    *(b"secret", b"passw", b"passphrase", b"passcode", b"pwd", b"token", b"credential", b"key", b"auth"),
    *(b"bearer", b"hmac", b"btoa", b"base64", b"cookie", b"signature", b"salt", b"creds", b"jwt", b"api"),
)
"""Parts of what a credential is called."""

_WORDS = ((b"dsn", False), (b"pass", True), (b"pin", True), (b"sid", True))
"""Further parts: each begins a word, or is one."""


class Address(NamedTuple):
    """A password in a URL: its place in bytes."""

    start: int
    end: int
    certainty: Certainty


class Scan(NamedTuple):
    """What a content may hold: tokens that tell by themselves, texts to look at (their places), URLs."""

    data: bytes
    hits: tuple[Hit, ...]
    candidates: tuple[int, ...]
    addresses: tuple[Address, ...]


def scan(data: bytes, known: Scan | None = None) -> Scan:
    """Look through a content; `known` is a look at an earlier version of it."""
    if known is None or _MULTILINE in data or _MULTILINE in known.data:
        return _scan(data, 0, len(data))
    low, high = _changed(known.data, data)
    moved = len(data) - len(known.data)
    fresh = _scan(data, low, high)
    hits = [hit for hit in known.hits if hit.end <= low]
    hits += fresh.hits
    hits += [
        hit._replace(start=hit.start + moved, end=hit.end + moved)
        for hit in known.hits
        if hit.start + moved >= high
    ]
    addresses = [one for one in known.addresses if one.end <= low]
    addresses += fresh.addresses
    addresses += [
        one._replace(start=one.start + moved, end=one.end + moved)
        for one in known.addresses
        if one.start + moved >= high
    ]
    candidates = [at for at in known.candidates if at < low]
    candidates += fresh.candidates
    candidates += [at + moved for at in known.candidates if at + moved >= high]
    return Scan(data, tuple(hits), tuple(candidates), tuple(addresses))


def _changed(old: bytes, new: bytes) -> tuple[int, int]:
    """The lines of the new content that may be judged differently than before, as a range of bytes."""
    size = min(len(old), len(new))
    head = _common(size, lambda length: old[:length] == new[:length])
    tail = _common(size - head, lambda length: not length or old[-length:] == new[-length:])
    low = new.rfind(b"\n", 0, head) + 1
    end = new.find(b"\n", min(len(new) - tail + _REACH, len(new)))
    return low, len(new) if end < 0 else end + 1


def _common(size: int, alike: Callable[[int], bool]) -> int:
    """The greatest length up to `size` that is alike; every shorter one is, then."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if alike(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _scan(data: bytes, low: int, high: int) -> Scan:
    return Scan(
        data,
        tuple(tokens(data, low, high)),
        tuple(_candidates(data, low, high)),
        tuple(_addresses(data, low, high)),
    )


# Passwords in URLs


def _addresses(data: bytes, low: int, high: int) -> Iterator[Address]:
    if data.find(b"://", low, high) < 0 or data.find(b"@", low, high) < 0:
        return
    for match in _address().finditer(data, low, high):
        found = credentials_in_url(match[0].decode("latin-1"))
        if found is not None:
            certainty: Certainty = "suspicious" if found[2] == "suspicious" else "violation"
            yield Address(match.start() + found[0], match.start() + found[1], certainty)


@cache
def _address() -> re.Pattern[bytes]:
    return re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s\"'`<>{}/@]{1,300}@[^\s\"'`<>{}/:?#]*")


# Texts that may be credentials for what stands before them


@cache
def _literal() -> re.Pattern[bytes]:
    return re.compile(rb"([\"'`])((?:(?!\1)[^\\\n]){1,4096})\1")


@cache
def _word() -> re.Pattern[bytes]:
    return re.compile(rb"[A-Za-z]*(?:[-_.:/\s,;()'!?&=+#@][A-Za-z]*)*")


def _candidates(data: bytes, low: int, high: int) -> Iterator[int]:
    hints: list[tuple[int, int]] | None = None
    for match in _literal().finditer(data, low, high):
        if hints is None:
            hints = _hints(data, max(0, low - _REACH), high)
        start = match.start()
        value = match[2]
        hinted = _is_hinted(hints, start)
        if not _stands_in(data, start) and (len(value) < 4 or _word().fullmatch(value)):
            if hinted and is_common(value.decode("latin-1")):
                yield start
        elif hinted or (len(value) >= 15 and b" " not in value):
            yield start


def _stands_in(data: bytes, start: int) -> bool:
    """Whether the text at `start` is what is taken where something else is missing."""
    before = data[max(0, start - _REACH) : start].rstrip()
    return before.endswith((b"??", b"||", b"default(", b"catch("))


def _hints(data: bytes, low: int, high: int) -> list[tuple[int, int]]:
    """The ends and starts of all hints, by end."""
    lower = data[low:high].lower()
    found: list[tuple[int, int]] = []
    for hint in _HINTS:
        found += ((low + at + len(hint), low + at) for at in _places(lower, hint))
    for word, whole in _WORDS:
        for at in _places(lower, word):
            end = at + len(word)
            if not _is_letter(lower[at - 1 : at]) and not (whole and _is_letter(lower[end : end + 1])):
                found.append((low + end, low + at))
    found.sort()
    return found


def _places(data: bytes, needle: bytes) -> Iterator[int]:
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)


def _is_letter(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"


def _is_hinted(hints: list[tuple[int, int]], at: int) -> bool:
    index = bisect_right(hints, (at, at))
    return index > 0 and hints[index - 1][1] >= at - _REACH
