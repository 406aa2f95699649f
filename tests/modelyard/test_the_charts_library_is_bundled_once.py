"""The script that draws the charts is made once for all reports, and no cache can spoil one."""

from pathlib import Path
from typing import Any

import pytest
import vl_convert

from modelyard.report.bundle import bundle


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was bundled, in an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found: list[str] = []

    def bundled(*_: Any, **__: Any) -> str:
        found.append("draw()")
        return found[-1]

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundled)
    return found


def test_the_second_report_finds_it(made: list[str]) -> None:
    assert bundle() == bundle() == "draw()"
    assert len(made) == 1


def test_another_version_of_the_library_is_bundled_anew(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle()
    monkeypatch.setattr("modelyard.report.bundle.version", lambda name: "2.0")
    bundle()
    assert len(made) == 2


def test_a_cache_that_cannot_be_written_costs_no_report(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "modelyard").write_text("a file is in the way")
    assert bundle() == "draw()"
