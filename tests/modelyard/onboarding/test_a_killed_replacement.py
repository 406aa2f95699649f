"""A model folder that a killed `--force` had taken away is there again after the next run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.writing.folder import write_folder
from tests.modelyard.onboarding.files import csv_text, labelled

pytestmark = pytest.mark.slow


@pytest.fixture
def killed(tmp_path: Path) -> int:
    """The process that was killed between taking the old folder away and bringing the new one."""
    (tmp_path / "models").mkdir()
    work = tmp_path / ".modelyard" / "datasets"
    write_folder(tmp_path / "models" / "churn", {"a.py": "mine"}, scratch=work, force=False)
    # Any process that is over.
    gone = int(
        subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"],
            capture_output=True,
            check=True,
        ).stdout
    )
    (tmp_path / "models" / "churn").rename(work / f"churn.going-{gone}")
    (work / f"churn.coming-{gone}").mkdir()
    return gone


def test_it_is_put_back_and_told(tmp_path: Path, killed: int) -> None:
    told: list[str] = []
    (tmp_path / "other.csv").write_text(csv_text(labelled()))
    request = Request(model="other", file=tmp_path / "other.csv", label="y")
    make_model(tmp_path, request, force=False, report=told.append)
    assert (tmp_path / "models" / "churn" / "a.py").read_text() == "mine"
    assert told == ["models/churn is back: whoever was replacing it was killed"]
    assert [*(tmp_path / ".modelyard" / "datasets").glob("churn.*")] == []


def test_one_that_is_being_replaced_is_left_alone(tmp_path: Path, killed: int) -> None:
    work = tmp_path / ".modelyard" / "datasets"
    here = work / f"churn.going-{os.getpid()}"
    (work / f"churn.going-{killed}").rename(here)
    (tmp_path / "other.csv").write_text(csv_text(labelled()))
    request = Request(model="other", file=tmp_path / "other.csv", label="y")
    make_model(tmp_path, request, force=False)
    assert here.is_dir()
