"""Whoever waits for a large file is told how far it is, and may stop it at any time."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bench.onboarding.customers import write
from modelyard.onboarding.store import DatasetStore
from tests.modelyard.onboarding.programs import MAKE, SECONDS, ended, typed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a million customers: read in seconds, not in one."""
    path = tmp_path_factory.mktemp("file") / "customers.csv"
    write(path, 500_000, 12)
    return path


def until_it_reads(checkout: Path, process: subprocess.Popen[str]) -> None:
    while not [*DatasetStore.of(checkout).folder.glob(".work.*/text/*.parquet")]:
        assert process.poll() is None
        time.sleep(0.01)


def work(checkout: Path) -> list[Path]:
    """What a run keeps only while it reads."""
    return [*DatasetStore.of(checkout).folder.glob(".*")]


def test_progress_names_the_step_and_the_rows_it_has_seen(checkout: Path, file: Path) -> None:
    _, told = ended(typed(checkout, *MAKE, str(file), every=0.1))
    seen = [
        (int(rows.replace(",", "")), of)
        for rows, of in re.findall(r"counting columns .*: ([\d,]+) of ([\d,]+) rows", told)
    ]
    assert {of for _, of in seen} == {"500,000"}
    assert any(0 < rows < 500_000 for rows, _ in seen)
    assert "reading customers.csv: about" in told


def test_ctrl_c_ends_a_query_at_once_and_leaves_no_half_of_anything(
    checkout: Path, file: Path
) -> None:
    with typed(checkout, *MAKE, str(file)) as process:
        until_it_reads(checkout, process)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        told = process.communicate(timeout=SECONDS)[1]
    assert time.monotonic() - begun < 5
    assert process.returncode == 130
    assert "no folder was written" in " ".join(told.split())
    assert (work(checkout), (checkout / "models" / "customers").exists()) == ([], False)


def test_what_a_killed_run_left_goes_with_the_next_one(checkout: Path, file: Path) -> None:
    with typed(checkout, *MAKE, str(file)) as process:
        until_it_reads(checkout, process)
        process.kill()
    assert work(checkout)
    ended(typed(checkout, *MAKE, str(file)))
    assert work(checkout) == []
