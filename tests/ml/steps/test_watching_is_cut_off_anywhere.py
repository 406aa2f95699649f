"""Watching that was cut off anywhere and is run again leaves the same table and rings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ml.steps.watch as step
from ml.data.lakehouse import Lakehouse
from ml.monitoring.answered_weeks import AnsweredWeeks
from ml.monitoring.metrics_table import MetricsTable, weeks_of
from ml.monitoring.windows import Week
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import answer_weeks
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.watched import MODEL, monday, said, watch, with_two_features
from tests.recovery import Recovery

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """Stands for kill -9."""


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return with_two_features()


def test_killed_at_any_moment_and_run_again_the_table_is_the_same(
    spec: ModelSpec,
    tmp_path: Path,
    told: CloudWatch,
    monkeypatch: pytest.MonkeyPatch,
    recovery: Recovery,
) -> None:
    """Before and after each write: metric data, report, table."""
    whole, cut = (Lakehouse(str(tmp_path / name)) for name in ("whole", "cut"))
    answer_weeks(whole, spec, 2)
    answer_weeks(cut, spec, 2)
    expected = said(watch(whole, "--until", str(monday(2))))
    moments = [
        (AnsweredWeeks, "read", 2, True),
        (step.Store, "put", 1, False),
        (step.Store, "put", 3, True),
        # What stands there is not written again: each run begins where the one before ended.
        (MetricsTable, "put", 1, True),
        (MetricsTable, "put", 1, False),
        (MetricsTable, "put", 1, True),
    ]
    for owner, name, call, after in moments:
        with monkeypatch.context() as context:
            _kill(context, owner, name, call, after=after)
            with pytest.raises(Killed):
                watch(cut, "--until", str(monday(2)))
    with recovery.within(30, f"the drift job killed {len(moments)} times, run once more"):
        again = watch(cut, "--until", str(monday(2)))
    assert said(again).equals(expected)


def test_an_alarm_is_told_before_the_table_knows_it(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round, a kill between the two would lose it."""
    answer_weeks(lake, spec, 4)
    with monkeypatch.context() as context:
        _kill(context, MetricsTable, "put", 4, after=False)
        with pytest.raises(Killed):
            watch(lake, "--until", str(monday(4)))
    assert told.verdicts()
    assert Week(monday(3)) not in weeks_of(MetricsTable(lake, MODEL).read())
    heard = len(told.data)
    watch(lake, "--until", str(monday(4)))
    assert len(told.data) == 2 * heard


def _kill(context: pytest.MonkeyPatch, owner: type, name: str, calls: int, *, after: bool) -> None:
    """Die at the n-th call, before it did its work or right after it."""
    real, seen = getattr(owner, name), []

    def call(*given: Any, **named: Any) -> Any:
        seen.append(1)
        if len(seen) == calls and not after:
            raise Killed
        done = real(*given, **named)
        if len(seen) == calls:
            raise Killed
        return done

    context.setattr(owner, name, call)
