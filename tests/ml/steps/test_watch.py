"""The step `watch` says the same however often it is run and wherever it was cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import ml.steps.watch as step
from ml.canonical import canonical, digest_of
from ml.data.lakehouse import Lakehouse
from ml.failures import StepError
from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.answered_weeks import AnsweredWeeks
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.metrics_table import PROVENANCE, MetricsTable, of_week, verdicts, weeks_of
from ml.monitoring.windows import Week
from ml.spec import ModelSpec, load_model
from tests.ml.monitoring.lake import FIRST, add_labels, answer_day, answer_weeks, answers_of
from tests.ml.steps.heard import CloudWatch
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

MODEL = "flight_delay"


class Killed(BaseException):
    """Stands for kill -9."""


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    """The reference model with two features, and a shorter memory."""
    whole = load_model(Path("models") / MODEL)
    few = whole.features.model_copy(update={"columns": {"carrier": "text", "temp": "number"}})
    short = whole.monitoring.model_copy(update={"reference_weeks": 4, "final_after_days": 14})
    return whole.model_copy(update={"features": few, "monitoring": short})


def monday(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def watch(lake: Lakehouse, *flags: str) -> pl.DataFrame:
    """Run the step; the table it leaves."""
    step.run(["--model", MODEL, "--lake", lake.root, "--artifacts", lake.root, *flags])
    return MetricsTable(lake, MODEL).read()


def said(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop(PROVENANCE)


def test_a_week_is_complete_when_an_answer_of_a_later_one_is_there(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    assert weeks_of(watch(lake)) == [Week(monday(0))]
    answer_day(lake, spec, monday(2))
    assert weeks_of(watch(lake)) == [Week(monday(0)), Week(monday(1))]


def test_until_says_that_a_week_is_over_without_waiting_for_the_next_answer(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    assert len(weeks_of(watch(lake, "--until", str(monday(2))))) == 2


def test_a_date_that_cannot_be_true_closes_no_week(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """One request about the year 2999 must not make every week before it final."""
    answer_weeks(lake, spec, 2)
    answer_day(lake, spec, date(2013, 7, 9), received_on=date(2013, 7, 9), asked=date(2999, 1, 1))
    assert weeks_of(watch(lake)) == [Week(monday(0))]


def test_a_question_without_a_key_closes_no_week_of_those_with_one(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """Its day is the server's: the replayed week under way would end years before its time."""
    answer_weeks(lake, spec, 2)
    predictions, _ = answers_of(spec, date(2026, 3, 20), 10, received_on=date(2026, 3, 20))
    unsaid = predictions.with_columns(event_day=pl.lit(None, pl.Date))
    lake.append(f"predictions/{MODEL}", unsaid, app_id="unsaid", app_version=1)
    assert weeks_of(watch(lake)) == [Week(monday(0))]


def test_weeks_to_which_nothing_was_added_are_not_read_again(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_weeks(lake, spec, 6, labelled=0.5)
    first = watch(lake, "--until", str(monday(6)))
    read: list[date] = []
    original = AnsweredWeeks.read

    def counted(self: AnsweredWeeks, part: AnsweredWeek) -> pl.DataFrame:
        read.append(part.week.start)
        return original(self, part)

    monkeypatch.setattr(AnsweredWeeks, "read", counted)
    assert watch(lake, "--until", str(monday(6))).equals(first)
    assert read == []
    _, labels = answers_of(spec, monday(4), 60)
    add_labels(lake, spec, labels, "late")
    answer_day(lake, spec, monday(6))
    again = watch(lake, "--until", str(monday(7)))
    assert read == [monday(4), monday(6)]
    for found in lake_files(lake, "summaries"):
        found.unlink()
    assert watch(lake, "--until", str(monday(7))).equals(again)
    assert len(set(read)) == 7


def lake_files(lake: Lakehouse, folder: str) -> list[Path]:
    return [each for each in Path(lake.root).rglob("*.json") if each.parent.name == folder]


def test_a_break_rings_once_and_at_the_end_of_its_week(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 5)
    answer_day(lake, spec, monday(5), rows=120, rate=0.7)
    answer_day(lake, spec, monday(6))
    rows = watch(lake)
    assert verdicts(of_week(rows, Week(monday(5))))["label_rate"]
    assert not any(verdicts(of_week(rows, Week(monday(4)))).values())
    ((ended, found),) = told.verdicts().items()
    assert ended == datetime(2013, 8, 12, tzinfo=UTC)
    assert (found["label_rate"], found["mean_prediction"]) == (1.0, 1.0)
    assert told.namespaces == {"Modelyard"}
    before = len(told.data)
    watch(lake)
    assert len(told.data) == before


def test_the_same_run_again_writes_nothing(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2)
    first = watch(lake, "--until", str(monday(2)))
    version = lake.version(f"metrics/{MODEL}")
    assert watch(lake, "--until", str(monday(2))).equals(first)
    assert lake.version(f"metrics/{MODEL}") == version


def test_late_labels_open_a_week_again_and_replace_its_rows(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 2, labelled=0.3)
    few = of_week(watch(lake, "--until", str(monday(2))), Week(monday(0)))
    add_labels(lake, spec, answers_of(spec, monday(0), 60)[1], "late")
    all_ = of_week(watch(lake, "--until", str(monday(2))), Week(monday(0)))
    assert few["labelled"][0] < 40
    assert all_["labelled"].unique().to_list() == [60]


def test_a_week_that_is_final_stays_as_it_was(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 5, labelled=0.5)
    first = watch(lake, "--until", str(monday(5)))
    made = [answers_of(spec, monday(n), 60) for n in range(5)]
    add_labels(lake, spec, pl.concat([labels for _, labels in made]), "late")
    again = watch(lake, "--until", str(monday(5)))
    changed = {
        week.start
        for week in weeks_of(again)
        if not said(of_week(again, week)).equals(said(of_week(first, week)))
    }
    # The newest week and those that ended at most 14 days before it did.
    assert changed == {monday(2), monday(3), monday(4)}


def test_one_week_says_the_same_alone_as_among_all(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    """Also where it is judged by weeks whose labels are not whole."""
    for number in range(11):
        answer_day(lake, spec, monday(number), labelled=0.2 if number in (3, 7) else 1.0)
    until = str(monday(11))
    one = watch(lake, "--until", until, "--week", str(monday(10)))
    assert weeks_of(one) == [Week(monday(10))]
    everything = watch(lake, "--until", until)
    assert said(of_week(everything, Week(monday(10)))).equals(said(one))
    assert len(weeks_of(everything)) == 11


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


def test_a_report_lies_beside_the_table_for_people_and_programs(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 1)
    watch(lake, "--until", str(monday(1)))
    folder = Path(lake.root, "reports/watch", MODEL)
    report = json.loads((folder / "2013-07-01.json").read_text())
    assert (report["rows"], report["label_coverage"], report["broke"]) == (60, 1.0, [])
    assert "60 rows" in (folder / "2013-07-01.md").read_text()


def test_the_package_that_answered_gives_the_baselines(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    digest = package(lake, spec)
    answer_weeks(lake, spec, 1, package=digest)
    rows = watch(lake, "--until", str(monday(1)))
    beside = rows.filter(pl.col("baseline") == "validation")
    assert beside.height > len(spec.features.columns)
    assert not beside["breach"].any()


def test_a_package_whose_facts_were_changed_gives_none(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    digest = package(lake, spec)
    Path(lake.root, "packages", MODEL, "run", "fingerprint.json").write_bytes(b"{}")
    answer_weeks(lake, spec, 1, package=digest)
    rows = watch(lake, "--until", str(monday(1)))
    assert "validation" not in rows["baseline"].to_list()


def test_a_model_nobody_asked_has_no_week(lake: Lakehouse, told: CloudWatch) -> None:
    assert watch(lake).is_empty()


def test_finding_no_answers_loads_nothing_that_compares_weeks(lake: Lakehouse) -> None:
    """Every model of every environment is looked at every week, and most are asked nothing."""
    look = [MODEL, "--lake", lake.root, "--artifacts", lake.root]
    code = f"import sys; import ml.steps.watch as step; step.run(['--model', *{look}]); "
    code += "sys.exit(', '.join({'polars', 'numpy', 'deltalake'} & {*sys.modules}) or 0)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no answers yet" in done.stdout


def test_a_week_that_cannot_be_watched_is_refused_by_name(
    spec: ModelSpec, lake: Lakehouse, told: CloudWatch
) -> None:
    answer_weeks(lake, spec, 1)
    with pytest.raises(StepError, match="2013-07-02 is not the Monday of a complete week"):
        watch(lake, "--week", "2013-07-02")
    with pytest.raises(StepError, match="not a date"):
        watch(lake, "--week", "soon")


def package(lake: Lakehouse, spec: ModelSpec) -> str:
    """A package's facts where packages lie; its digest."""
    predictions, _ = answers_of(spec, monday(0), 200)
    features = predictions.select(
        pl.col(f"input_{name}").alias(name) for name in spec.features.columns
    )
    facts = {
        "fingerprint.json": canonical(
            {
                "training": {},
                "holdout": fingerprint(features),
                "predictions": fingerprint(predictions.select(probability="output_probability")),
            }
        ),
        "metrics.json": canonical({"metrics": {"candidate": {"roc_auc": 0.8}}}),
        "inputs.json": canonical({"task": "classification"}),
    }
    files = {name: {"sha256": digest_of(body), "bytes": len(body)} for name, body in facts.items()}
    manifest = canonical({"files": files})
    folder = Path(lake.root, "packages", MODEL, "run")
    folder.mkdir(parents=True)
    for name, body in {**facts, "manifest.json": manifest}.items():
        (folder / name).write_bytes(body)
    return digest_of(manifest)


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
