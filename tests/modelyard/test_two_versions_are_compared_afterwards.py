"""What a retraining brought is measured on the days after it, with an interval over days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from deltalake import DeltaTable

from ml.data.lakehouse import Lakehouse
from ml.spec import load_model
from modelyard.live import aftermath as module
from modelyard.live.aftermath import Aftermath, Contender, Pair, aftermath
from tests.ml.monitoring import class_lake
from tests.ml.monitoring.lake import FIRST, answer_day, answers_of
from tests.ml.monitoring.test_watching_classes import CLASSES
from tests.ml.wines import write_folder

MODEL = "flight_delay"
OLD, NEW = {"version": "1"}, {"version": "3"}
PLACE: Any = SimpleNamespace(root=Path())


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """Three weeks of days, the last outcomes of which never came."""
    found = Lakehouse(str(tmp_path_factory.mktemp("lake")))
    spec = load_model(Path("models") / MODEL)
    for number in range(21):
        labelled = 0.0 if number == 20 else 1.0
        answer_day(found, spec, FIRST + timedelta(days=number), rows=40, labelled=labelled)
    return found


@pytest.fixture
def lake(answered: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> Lakehouse:
    """The same, as the tables of production."""

    def on_disk(place: Any, name: str) -> DeltaTable | None:
        return DeltaTable(answered.uri(name)) if answered.version(name) is not None else None

    monkeypatch.setattr(module, "delta", on_disk)
    return answered


@dataclass(frozen=True)
class Predictor:
    """A version that says what it is told to."""

    score: Callable[[pl.DataFrame], Any]
    classes: tuple[str, ...] = ()


def compared(
    monkeypatch: pytest.MonkeyPatch,
    first: date,
    *,
    noise: float,
    learned_until: tuple[date, date] | None = None,
) -> tuple[list[Aftermath], list[int]]:
    """The new version says what the labels say, but for noise; the old one says nothing."""
    asked: list[int] = []

    def contender(place: Any, model: str, line: dict[str, str]) -> Contender:
        def score(rows: pl.DataFrame) -> Any:
            asked.append(rows.height)
            guess = np.random.default_rng(int(line["version"])).uniform(size=rows.height)
            return guess if line is OLD else rows["label"].to_numpy() * (1 - noise) + guess * noise

        until = learned_until and learned_until[line is NEW]
        return Contender(predictor=Predictor(score), learned_until=until)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_contender", contender)
    return aftermath(PLACE, MODEL, [Pair(before=OLD, after=NEW, since=first)]), asked


def test_only_labelled_rows_of_the_days_after_count_and_both_answer_them(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    [found], asked = compared(monkeypatch, FIRST + timedelta(days=7), noise=0.5)
    assert (found.days, found.rows, asked) == (13, 13 * 40, [520, 520])
    assert (found.first_day, found.last_day) == ("2013-07-08", "2013-07-20")


@pytest.mark.parametrize("learned", [(9, 3), (3, 9)])
def test_a_day_that_one_of_them_has_learned_from_does_not_count(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch, learned: tuple[int, int]
) -> None:
    old, new = (FIRST + timedelta(days=number) for number in learned)
    [found], _ = compared(monkeypatch, FIRST, noise=0.5, learned_until=(old, new))
    assert (found.first_day, found.days) == ("2013-07-11", 10)


def test_without_a_question_by_key_there_is_no_day_to_compare_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, labels = answers_of(load_model(Path("models") / MODEL), FIRST, 40)
    lake = Lakehouse(str(tmp_path))
    lake.append("predictions", asked.drop("event_day"), app_id="p", app_version=1)
    lake.append("labels", labels, app_id="l", app_version=1)
    monkeypatch.setattr(
        module, "delta", lambda place, name: DeltaTable(lake.uri(name.split("/")[0]))
    )
    assert compared(monkeypatch, FIRST, noise=0.5) == ([], [])


def test_a_gain_away_from_zero_is_told_as_a_difference(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    [found], _ = compared(monkeypatch, FIRST, noise=0.5)
    assert 0 < found.low < found.gain < found.high
    assert found.told.endswith("they differ")
    assert "version 3 against" in found.told


def test_an_interval_with_zero_in_it_says_that_nobody_can_tell(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    [found], _ = compared(monkeypatch, FIRST, noise=1.0)
    assert found.low < 0 < found.high
    assert found.told.endswith("they cannot be told apart")


def test_without_outcomes_nothing_is_compared(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compared(monkeypatch, FIRST + timedelta(days=20), noise=0.5) == ([], [])


@pytest.mark.parametrize("known", [CLASSES, CLASSES[::-1]])
def test_versions_of_several_classes_are_compared_if_they_know_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[str, ...]
) -> None:
    lake = Lakehouse(str(tmp_path / "lake"))
    for number in range(3):
        class_lake.answer_class_week(lake, "wine", number, "sha256:1")
    write_folder(tmp_path)
    monkeypatch.setattr(module, "delta", lambda place, name: DeltaTable(lake.uri(name)))

    def contender(place: Any, model: str, line: dict[str, str]) -> Contender:
        def score(rows: pl.DataFrame) -> Any:
            sure = np.array([[each == name for name in CLASSES] for each in rows["label"]])
            return sure * 0.9 + 0.1 / 3 if line is NEW else np.full(sure.shape, 1 / 3)

        said = Predictor(score, classes=CLASSES if line is NEW else known)
        return Contender(predictor=said, learned_until=None)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_contender", contender)
    place: Any = SimpleNamespace(root=tmp_path)
    pair = Pair(before=OLD, after=NEW, since=class_lake.FIRST)
    found = aftermath(place, "wine", [pair])
    if known != CLASSES:
        assert found == []
    else:
        [only] = found
        assert (only.days, only.rows) == (3, 3 * 580)
        assert only.candidate != only.reference
