"""Promise: a failed job is told with its last lines, whole ones, in as much as AWS keeps."""

import io
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from sandbox.sagemaker.joblog import JobLog

RESULT = '{"step": "ingest", "batches": [' + '"already ingested", ' * 200 + "]}"
AWS_KEEPS = 1024


@pytest.fixture
def words(tmp_path: Path) -> Any:
    """What is told of a job that said these lines."""

    def told(*lines: str) -> str:
        log = JobLog(MagicMock(), "group", "stream", tmp_path / "step.log")
        log.follow(io.BytesIO("\n".join(lines).encode())).join(timeout=60)
        return log.last_words()

    return told


def test_the_reason_stands_last_however_long_the_result_before_it(words: Any) -> None:
    told = words("table", RESULT, "ml ingest: refused whole: weather").splitlines()
    assert told[0] == "table"
    assert told[-1] == "ml ingest: refused whole: weather"


def test_a_long_line_is_told_by_how_it_begins(words: Any) -> None:
    [told] = words(RESULT).splitlines()
    assert told.startswith('{"step": "ingest"')
    assert told.endswith("…")


def test_no_more_is_told_than_aws_keeps_and_no_line_is_cut_in_its_middle(words: Any) -> None:
    lines = [f"{number:03d} {'x' * 80}" for number in range(60)]
    told = words(*lines).splitlines()
    assert told == lines[-len(told) :]
    assert len(told) > 5
    assert len("\n".join(told)) < AWS_KEEPS
