"""Promise: `make up` tells the whole story, once, and goes on wherever Ctrl-C hit it."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.checkout import Checkout
from tests.acceptance.telling import INTERRUPTED, STAGES, Telling, story

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def chapters(telling: Telling, deployed: Checkout) -> dict[str, Any]:
    """What the story wrote down of each stage."""
    told: dict[str, Any] = story(deployed)["chapters"]
    return told


def test_ctrl_c_in_any_stage_says_where_the_story_goes_on(telling: Telling) -> None:
    for (stage, _), shown, code in zip(INTERRUPTED, telling.shown, telling.codes, strict=False):
        assert code == 130, shown
        assert f"interrupted during: the story, stage {stage}" in shown
        assert "resume: make up" in shown
        assert "Traceback" not in shown


def test_what_was_true_is_not_made_again(telling: Telling) -> None:
    # Each run finds true what came before the stage in which the run before it was cut off.
    reached = [3, *(stage for stage, _ in INTERRUPTED)]
    for stage, shown in zip(reached, telling.shown, strict=True):
        found = re.findall(r"\[(\d)/\d\] [^:]+:.*already true: \S", shown)
        assert [int(each) for each in found][: stage - 1] == [*range(1, stage)]


def test_every_stage_is_named_with_its_number(telling: Telling) -> None:
    headings = re.findall(r"\[(\d)/(\d)\] ([^:]+):", telling.last)
    assert headings == [
        (str(number), str(len(STAGES)), name) for number, name in enumerate(STAGES, start=1)
    ]


def test_every_stage_has_its_seconds(chapters: dict[str, Any]) -> None:
    assert set(chapters) >= {"data", "development", "staging", "prod", "second", "back"}
    for name in ("data", "development", "staging", "prod", "second"):
        assert chapters[name]["seconds"] > 0


def test_it_ends_with_where_the_report_is_and_how_to_go_on(
    telling: Telling, deployed: Checkout
) -> None:
    named = re.search(r"report: file://(\S+)", telling.last)
    assert named is not None
    page = Path(named[1])
    assert page == deployed.state / "report.html"
    assert "flight_delay" in page.read_text()
    assert f'eval "$({deployed.root}/bin/modelyard sandbox env)"' in telling.last
