"""An answer that cannot be kept is refused, and what was kept before it stays readable."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ml.deployment.capture import journal as module
from ml.deployment.capture.journal import CaptureError, Journal, backlog, sealed
from ml.deployment.capture.segment import Answer, SegmentName, frames, read
from ml.deployment.capture.shipper import Shipper
from tests.ml.serving.shipping import answer, origin


def stored(folder: Path) -> list[str]:
    return [kept.prediction_id for path in sealed(folder) for kept in read_answers(path)]


def read_answers(path: Path) -> list[Answer]:
    return read(path.read_bytes(), Answer).records


def test_a_full_volume_refuses_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    journal.append([answer("a")])
    write = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) > 10:
            return write(file, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(CaptureError, match="No space left"):
            journal.append([answer("b")])
    journal.append([answer("c")])
    journal.close()
    assert stored(tmp_path) == ["a", "c"]


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


def test_of_refused_answers_none_is_kept_though_some_of_them_had_room(tmp_path: Path) -> None:
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    journal.append([answer("a")])
    (file,) = tmp_path.glob("*.open")
    two = [answer("b"), answer("c")]
    middle_of_the_second = file.stat().st_size + len(frames(two)) - 5
    with room(middle_of_the_second), pytest.raises(CaptureError, match="refuses writes"):
        journal.append(two)
    journal.append([answer("d")])
    journal.close()
    assert stored(tmp_path) == ["a", "d"]
    assert [read(path.read_bytes(), Answer).torn_bytes for path in sealed(tmp_path)] == [0, 0]


def test_a_backlog_that_would_fill_the_node_stops_answers_until_it_is_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACKLOG_BYTES", 100)
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    journal.append([answer("a")])
    journal.seal_if_due(now=True)
    with pytest.raises(CaptureError, match="wait to be shipped"):
        journal.append([answer("b")])
    for path in sealed(tmp_path):
        path.unlink()
    journal.seal_if_due()
    journal.append([answer("c")])
    journal.close()
    assert stored(tmp_path) == ["c"]
    assert backlog(tmp_path)[0] > 0


def test_numbers_have_no_gap_and_large_segments_are_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEAL_BYTES", 200)
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    for name in range(20):
        journal.append([answer(str(name))])
    journal.close()
    names = [SegmentName.parse(path.stem) for path in sealed(tmp_path)]
    assert [name.number for name in names if name] == list(range(len(names)))
    assert len(names) > 3
    assert stored(tmp_path) == [str(name) for name in range(20)]


def test_segments_are_shipped_in_order_and_kept_until_they_arrived(tmp_path: Path) -> None:
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    for name in "abc":
        journal.append([answer(name)])
        journal.seal_if_due(now=True)
    journal.close()
    arrived: list[str] = []
    failures = iter([True, False, True, False])

    class Moody:
        def put(self, name: str, content: bytes) -> None:
            if next(failures, False):
                raise ConnectionError("not now")
            arrived.extend(kept.prediction_id for kept in read(content, Answer).records)

    shipper = Shipper(tmp_path, Moody())
    shipper.start()
    assert shipper.finish(20) == 0
    assert arrived == ["a", "b", "c"]
    assert sealed(tmp_path) == []


def fail_once(monkeypatch: pytest.MonkeyPatch, operation: str) -> list[str]:
    """Let the volume refuse the next such operation; returns the refusals."""
    real, refused = getattr(Path, operation), []

    def moody(path: Path, *given: Any) -> Any:
        if refused:
            return real(path, *given)
        refused.append(operation)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, operation, moody)
    return refused


def test_a_volume_in_trouble_is_asked_again_and_ends_no_shipping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, origin("toy"), lambda: None)
    journal.append([answer("a")])
    journal.close()
    refused = [fail_once(monkeypatch, operation) for operation in ("glob", "unlink")]
    arrived: list[str] = []

    class Lake:
        def put(self, name: str, content: bytes) -> None:
            arrived.extend(kept.prediction_id for kept in read(content, Answer).records)

    shipper = Shipper(tmp_path, Lake())
    shipper.start()
    assert shipper.finish(20) == 0
    assert refused == [["glob"], ["unlink"]]
    # Twice under one name, since it could not be taken from the volume the first time.
    assert arrived == ["a", "a"]
