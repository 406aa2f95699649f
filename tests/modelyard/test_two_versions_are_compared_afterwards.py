"""What a retraining brought is measured on the days after it, with an interval over days."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable

from ml.data.lakehouse import Lakehouse
from ml.spec import load_model
from modelyard.live import aftermath as module
from modelyard.live.aftermath import Aftermath, aftermath
from tests.ml.monitoring.lake import FIRST, answer_day

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


def compared(
    monkeypatch: pytest.MonkeyPatch, first: date, *, noise: float
) -> tuple[Aftermath | None, list[int]]:
    """The new version says what the labels say, but for noise; the old one says nothing."""
    asked: list[int] = []

    def scores(place: Any, model: str, line: dict[str, str], rows: Any) -> Any:
        asked.append(rows.height)
        guess = np.random.default_rng(int(line["version"])).uniform(size=rows.height)
        return guess if line is OLD else rows["label"].to_numpy() * (1 - noise) + guess * noise

    monkeypatch.setattr(module, "_scores", scores)
    last = FIRST + timedelta(days=20)
    return aftermath(PLACE, MODEL, OLD, NEW, first, last), asked


def test_only_labelled_rows_of_the_days_after_count_and_both_answer_them(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = compared(monkeypatch, FIRST + timedelta(days=7), noise=0.5)
    assert found is not None
    assert (found.days, found.rows, asked) == (13, 13 * 40, [520, 520])
    assert (found.first_day, found.last_day) == ("2013-07-08", "2013-07-20")


def test_a_gain_away_from_zero_is_told_as_a_difference(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = compared(monkeypatch, FIRST, noise=0.5)
    assert found is not None
    assert 0 < found.low < found.gain < found.high
    assert found.told.endswith("they differ")
    assert "version 3 against" in found.told


def test_an_interval_with_zero_in_it_says_that_nobody_can_tell(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = compared(monkeypatch, FIRST, noise=1.0)
    assert found is not None
    assert found.low < 0 < found.high
    assert found.told.endswith("they cannot be told apart")


def test_without_outcomes_nothing_is_compared(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compared(monkeypatch, FIRST + timedelta(days=20), noise=0.5) == (None, [])
