"""The file format of captured answers: frames with checksums, so that a torn tail is seen."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

MAGIC = b"MYCAPT01"
_FRAME = struct.Struct("<II")
"""Length of the payload and its CRC-32."""
_LARGEST_FRAME = 64 * 1024 * 1024
_NAME = re.compile(r"(?P<writer>\d{20}-[0-9a-f]{8})\.(?P<number>\d{9})")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The first frame: what all answers of a segment have in common."""

    model: str
    version: str
    digest: str
    environment: str
    pod: str
    inputs: list[tuple[str, str]]
    """Name and V2 datatype, in the order in which answers list their columns."""
    outputs: list[tuple[str, str]]


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One answered request: what came in, what went out, when, and for whom."""

    prediction_id: str
    time_ns: int
    """UTC, nanoseconds since 1970."""
    caller: str
    request_id: str
    parameters: dict[str, Any]
    inputs: list[list[Any]]
    outputs: list[list[Any]]


@dataclass(frozen=True, order=True)
class SegmentName:
    """One start of a server, and the number of a segment among those it wrote."""

    writer: str
    number: int

    @classmethod
    def parse(cls, stem: str) -> SegmentName | None:
        """Read a file name without its suffix; None if it names no segment."""
        match = _NAME.fullmatch(stem)
        return cls(match["writer"], int(match["number"])) if match else None

    def __str__(self) -> str:
        return f"{self.writer}.{self.number:09d}"


@dataclass(frozen=True)
class Segment:
    """A segment as read back: whole answers only."""

    origin: Origin | None
    """None when the writer died before its first frame was whole; there are no answers then."""
    answers: list[Answer]
    torn_bytes: int
    """Bytes after the last whole frame: an answer that was never sent."""


def preamble(origin: Origin) -> bytes:
    """Start a segment."""
    return MAGIC + frame(msgspec.msgpack.encode(origin))


def frames(answers: Sequence[Answer]) -> bytes:
    """Encode answers to be appended to a segment in one write."""
    encode = msgspec.msgpack.Encoder().encode
    return b"".join(frame(encode(answer)) for answer in answers)


def frame(payload: bytes) -> bytes:
    """Wrap one payload with its length and checksum."""
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def read(content: bytes) -> Segment:
    """Read a segment up to the first frame that is not whole."""
    if not content.startswith(MAGIC):
        return Segment(None, [], len(content))
    position, payloads = len(MAGIC), []
    for payload in _payloads(content, position):
        payloads.append(payload)
        position += _FRAME.size + len(payload)
    if not payloads:
        return Segment(None, [], len(content))
    answers = msgspec.msgpack.Decoder(Answer)
    return Segment(
        msgspec.msgpack.decode(payloads[0], type=Origin),
        [answers.decode(payload) for payload in payloads[1:]],
        len(content) - position,
    )


def _payloads(content: bytes, position: int) -> Iterator[bytes]:
    while position + _FRAME.size <= len(content):
        length, checksum = _FRAME.unpack_from(content, position)
        payload = content[position + _FRAME.size : position + _FRAME.size + length]
        if length > _LARGEST_FRAME or len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield payload
        position += _FRAME.size + length
