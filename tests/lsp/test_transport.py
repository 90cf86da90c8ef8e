"""Framing: whatever the pieces, the messages come out whole."""

from __future__ import annotations

import pytest

from fourlayer.lsp.transport import Frame, Framing


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_messages_in_pieces(size: int) -> None:
    stream = framed(b"{}") + framed("é🙂".encode()) + framed(b"") + framed(b"Content-Length: 9\r\n\r\n")
    framing = Framing()
    bodies: list[bytes | None] = []
    for start in range(0, len(stream), size):
        bodies.extend(frame.body for frame in framing.feed(stream[start : start + size]))
    assert bodies == [b"{}", "é🙂".encode(), b"", b"Content-Length: 9\r\n\r\n"]


def test_headers_in_other_spellings() -> None:
    stream = b"content-type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:2\r\n\r\n{}"
    assert Framing().feed(stream) == [Frame(b"{}")]
    assert Framing().feed(b"Content-Length: 2\n\n{}") == [Frame(b"{}")]


@pytest.mark.parametrize(
    "header", [b"Content-Length: -1", b"Content-Length: x", b"X: 1", b"Content-Length: 99999999999999"]
)
def test_a_header_without_a_usable_length_is_told_and_skipped(header: bytes) -> None:
    assert Framing().feed(header + b"\r\n\r\n" + framed(b"{}")) == [Frame(None), Frame(b"{}")]
