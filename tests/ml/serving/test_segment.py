"""A segment cut anywhere gives back its whole answers and nothing else; a damaged one no lie."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ml.deployment.capture.segment import Answer, SegmentName, frame, frames, preamble, read
from tests.ml.serving.shipping import origin

ANSWERS = [Answer(str(n), n, "c", "", {"n": n}, [[1.0], ["é"]], [[0.5]]) for n in range(4)]
HEAD = preamble(origin("toy"))
CONTENT = HEAD + frames(ANSWERS)
ENDS = [len(HEAD) + len(frames(ANSWERS[:n])) for n in range(len(ANSWERS) + 1)]


@given(st.integers(0, len(CONTENT)))
def test_a_cut_loses_only_the_answer_it_hits(length: int) -> None:
    segment = read(CONTENT[:length], Answer)
    whole = sum(1 for end in ENDS[1:] if end <= length)
    assert segment.records == ANSWERS[:whole]
    assert (segment.torn_bytes == 0) == (length in (0, *ENDS))


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_read_as_an_answer(position: int, change: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[position] ^= change
    segment = read(bytes(damaged), Answer)
    assert segment.records == ANSWERS[: len(segment.records)]
    assert len(segment.records) < len(ANSWERS)
    assert segment.torn_bytes > 0


def test_a_segment_from_before_requests_came_by_key_is_read() -> None:
    old = ("id", 1, "c", "", {}, [[1.0]], [[0.5]])
    segment = read(HEAD + frame(msgspec.msgpack.encode(old)), Answer)
    assert segment.records == [Answer("id", 1, "c", "", {}, [[1.0]], [[0.5]])]
    assert segment.records[0].entities is None


def test_names_sort_as_they_were_written() -> None:
    names = [SegmentName("0" * 20 + "-deadbeef", number) for number in (0, 9, 10, 100)]
    assert sorted(map(str, names)) == [str(name) for name in names]
    assert [SegmentName.parse(str(name)) for name in names] == names
    assert SegmentName.parse("lock") is None
