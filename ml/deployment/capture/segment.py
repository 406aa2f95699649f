"""The file format of answers and labels: frames with checksums, so that a torn tail is seen."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

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


class Entities(msgspec.Struct, frozen=True, array_like=True):
    """Whom a request by key was about; one value per row everywhere."""

    names: list[str]
    values: list[list[Any]]
    """One column per name; dates as ISO text."""
    times_us: list[int | None] | None = None
    """When each question was asked in the data's own time: UTC, microseconds since 1970."""
    days: list[str | None] | None = None
    """The local day of each question, as ISO text."""


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
    entities: Entities | None = None
    """None where the caller sent features, and in segments from before requests came by key."""


class Label(msgspec.Struct, frozen=True, array_like=True):
    """What came of one predicted row: a number or a text."""

    prediction_id: str
    row: int
    number: float | None
    text: str | None
    known_us: int
    """UTC, microseconds since 1970, in the data's own time."""


class Feedback(msgspec.Struct, frozen=True, array_like=True):
    """The labels of one request: kept together, or not at all."""

    received_ns: int
    """UTC, nanoseconds since 1970."""
    caller: str
    labels: list[Label]


Record = TypeVar("Record", Answer, Feedback)


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
class Segment(Generic[Record]):
    """A segment as read back: whole records only."""

    origin: Origin | None
    """None when the writer died before its first frame was whole; there are no records then."""
    records: list[Record]
    torn_bytes: int
    """Bytes after the last whole frame: a record that was never acknowledged."""


def preamble(origin: Origin) -> bytes:
    """Start a segment."""
    return MAGIC + frame(msgspec.msgpack.encode(origin))


def frames(records: Sequence[Answer] | Sequence[Feedback]) -> bytes:
    """Encode records to be appended to a segment in one write."""
    encode = msgspec.msgpack.Encoder().encode
    return b"".join(frame(encode(record)) for record in records)


def frame(payload: bytes) -> bytes:
    """Wrap one payload with its length and checksum."""
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def read(content: bytes, kind: type[Record]) -> Segment[Record]:
    """Read a segment of one kind of records, up to the first frame that is not whole."""
    if not content.startswith(MAGIC):
        return Segment(None, [], len(content))
    position, payloads = len(MAGIC), []
    for payload in _payloads(content, position):
        payloads.append(payload)
        position += _FRAME.size + len(payload)
    if not payloads:
        return Segment(None, [], len(content))
    records = msgspec.msgpack.Decoder(kind)
    return Segment(
        msgspec.msgpack.decode(payloads[0], type=Origin),
        [records.decode(payload) for payload in payloads[1:]],
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
