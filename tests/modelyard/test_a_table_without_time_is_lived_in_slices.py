"""Rows without time are asked in equal slices, each told its outcome, and then watched."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from ml.monitoring.windows import FIRST_MONDAY
from modelyard.live.endpoint import Endpoint
from modelyard.live.example import drawn_rows
from modelyard.live.watching import ALARM, RECENT, Finding, WatchedWeek
from modelyard.story import slices
from modelyard.story.slices import MOST
from modelyard.story.stage import Stage

SIZE = 50


def judged(signal: str, *, p: float | None = 0.5, breach: bool = False) -> Finding:
    return Finding(
        signal=signal,
        figure="",
        baseline=RECENT,
        value=0.25,
        reference=0.25,
        statistic=0.0,
        p=p,
        breach=breach,
        kind=ALARM,
        note="",
    )


def watched(number: int, labelled: int = SIZE, **how: Any) -> WatchedWeek:
    return WatchedWeek(
        week=str(FIRST_MONDAY + timedelta(weeks=number)),
        ended="",
        rows=SIZE,
        labelled=labelled,
        versions=["1"],
        findings=[judged("mean_prediction", **how)],
    )


@dataclass
class Production:
    """A model that is live; the watch finds `found` once it was started."""

    rows: int
    found: list[WatchedWeek] = field(default_factory=list)
    table: list[WatchedWeek] = field(default_factory=list)
    asked: list[pl.DataFrame] = field(default_factory=list)
    told: list[pl.DataFrame] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def stage(self) -> Stage:
        teller: Any = SimpleNamespace(
            model="churn",
            subject=SimpleNamespace(words={"said": "mean_prediction", "was": "label_rate"}),
            place=lambda name: SimpleNamespace(name=name),
            report=self.said.append,
        )
        (stage,) = slices.stages(teller)
        return stage

    def ask(self, found: Endpoint, part: pl.DataFrame) -> pl.DataFrame:
        self.asked.append(part)
        ids = [f"p{len(self.asked)}"] * part.height
        return pl.DataFrame({"prediction_id": ids, "row": list(range(part.height))})

    def post(self, found: Endpoint, labels: pl.DataFrame) -> int:
        self.told.append(labels)
        return labels.height

    def draw(self, place: Any, model: str, run: str, *, count: int) -> pl.DataFrame:
        rows = pl.DataFrame({"x": range(self.rows), "label": [n % 2 for n in range(self.rows)]})
        return rows.head(count)

    def runs(self) -> bool:
        self.happened.append("look")
        return self.happened.count("look") < 3

    def require_sound(self, job: str) -> None:
        """It always is."""

    def start(self) -> None:
        self.happened.append("start")
        self.table = self.found


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> Production:
    made = Production(rows=20 * SIZE, found=[watched(n) for n in range(20)])
    for name, stand_in in {
        "ask": made.ask,
        "post_labels": made.post,
        "drawn_rows": made.draw,
        "endpoint": lambda place, model: None,
        "labelled_in": lambda place, model, run: made.rows,
        "watched_weeks": lambda place, model: made.table,
        "weeks_in": lambda table: made.table,
        "when_changed": lambda place, name, look, what, **_: look(None),
        "WatchJob": lambda place, model: made,
        "_see_merged": lambda place, model, ids: made.happened.append(f"{len(ids)} merged"),
        "_slice_rows": lambda teller: SIZE,
        "champion": lambda place, model: SimpleNamespace(run="first"),
    }.items():
        monkeypatch.setattr(slices, name, stand_in)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return made


def test_every_row_is_asked_about_once_and_told_its_own_outcome(production: Production) -> None:
    production.stage().make()
    assert {part.height for part in production.asked} == {SIZE}
    assert pl.concat(production.asked)["x"].to_list() == list(range(20 * SIZE))
    for asked, told in zip(production.asked, production.told, strict=True):
        assert told["label"].to_list() == asked["label"].to_list()
    assert production.told[4]["prediction_id"].unique().to_list() == ["p5"]


def test_a_long_table_is_lived_for_half_a_year_of_slices(production: Production) -> None:
    production.rows = 1_000 * SIZE
    production.found = [watched(n) for n in range(MOST)]
    production.stage().make()
    assert len(production.asked) == MOST
    assert production.stage().is_true() is not None


def test_it_is_watched_when_all_rows_have_arrived_and_no_earlier_watch_runs(
    production: Production,
) -> None:
    production.stage().make()
    assert production.happened == ["20 merged", "look", "look", "look", "start"]


def test_slices_that_were_told_nothing_are_not_its_life(production: Production) -> None:
    stage = production.stage()
    assert stage.is_true() is None
    production.table = [watched(n, labelled=0) for n in range(40)]
    assert stage.is_true() is None
    # The first rows fill the slice that the background client began.
    production.table += [watched(40 + n) for n in range(19)]
    told = stage.is_true()
    assert told is not None
    assert told.startswith("19 slices watched, 950 answers, 100.0% labelled, 19 judged")


def test_a_slice_unlike_those_before_is_told_as_such(production: Production) -> None:
    production.found[7] = watched(7, breach=True, p=0.0)
    production.found[0] = watched(0, p=None)
    stage = production.stage()
    stage.make()
    assert production.said[-20].endswith("not enough history yet for mean_prediction")
    assert production.said[-19].endswith("said 0.250, calm")
    assert production.said[-13].endswith("unlike the slices before: mean_prediction")
    assert str(stage.is_true()).endswith("19 judged, unlike the slices before: mean_prediction")


def test_every_slice_is_written_down_with_its_verdict(production: Production) -> None:
    production.found[7] = watched(7, breach=True, p=0.0)
    stage = production.stage()
    stage.make()
    slices = stage.figures()["slices"]
    assert [each["slice"] for each in slices] == [*range(1, 21)]
    assert [each["slice"] for each in slices if each["broke"] == ["mean_prediction"]] == [8]
    assert {(each["rows"], each["coverage"]) for each in slices} == {(SIZE, 1.0)}


def test_rows_are_drawn_from_all_labelled_ones_the_same_every_time() -> None:
    frames = {
        "training": pl.DataFrame({"x": [0, 1, 2, 3], "label": [0, 1, None, 1]}),
        "holdout": pl.DataFrame({"x": [4, 5], "label": [1, None]}),
    }

    def get_object(**wanted: str) -> dict[str, Any]:
        held = io.BytesIO()
        part = wanted["Key"].removeprefix("runs/churn/r/").removesuffix(".parquet")
        frames[part].write_parquet(held)
        return {"Body": io.BytesIO(held.getvalue())}

    platform = SimpleNamespace(artifacts_bucket="artifacts")
    s3 = SimpleNamespace(get_object=get_object)
    place: Any = SimpleNamespace(client=lambda name: s3, platform=platform)
    drawn = drawn_rows(place, "churn", "r", count=10)
    assert sorted(drawn["x"].to_list()) == [0, 1, 3, 4]
    assert drawn["x"].to_list() != [0, 1, 3, 4]
    assert drawn.equals(drawn_rows(place, "churn", "r", count=10))
    few = drawn_rows(place, "churn", "r", count=2)["x"].to_list()
    assert len(few) == 2
    assert set(few) < {0, 1, 3, 4}
