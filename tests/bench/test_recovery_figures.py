"""`python -m bench.recoveries` prints what the tests have measured, and nothing it made up."""

from pathlib import Path

import pytest

from bench.recoveries.__main__ import main

STORY = """
import time
from tests.recovery import Recovery

def test_it_heals(record_property):
    with Recovery(record_property).within(5, "a part killed: twice"):
        time.sleep(0.2)

def test_nothing_is_measured():
    pass
"""


def test_each_measurement_is_a_row(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    pytester.makepyfile(test_story=STORY)
    pytester.inline_run("--junitxml=run.xml", "-o", "junit_family=xunit1")
    capsys.readouterr()
    assert main([str(pytester.path / "run.xml")]) == 0
    heading, _, row = capsys.readouterr().out.splitlines()
    assert heading == "| fault | recovered after | test |"
    assert row.startswith("| a part killed: twice | 0.2")
    assert row.endswith(" s | `test_story.py` |")


def test_what_is_no_report_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.xml").write_text("no report")
    assert main([str(tmp_path / "run.xml")]) == 1
    assert "is no report of a run" in capsys.readouterr().err
    (tmp_path / "run.xml").write_text("<testsuites/>")
    assert main([str(tmp_path / "run.xml")]) == 1
    assert "no recovery was measured" in capsys.readouterr().err
