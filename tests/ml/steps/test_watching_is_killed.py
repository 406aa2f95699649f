"""The process of the drift job is killed anywhere; run again, each verdict is there, rows once."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import boto3
import polars as pl
import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID

from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import KEY, PROVENANCE, WEEK, MetricsTable, weeks_of
from ml.monitoring.windows import Week
from ml.spec import load_model
from ml.workloads import BREACH, BREACH_DAYS, METRIC_NAMESPACE, watcher
from sandbox.aws.alarms.evaluator import AlarmEvaluator
from sandbox.layout import Environment
from tests.ml.conftest import REGION, Account
from tests.ml.ended_at import Moment, ended_after_some, ended_at
from tests.ml.monitoring.lake import FIRST, answer_day, answer_weeks
from tests.ml.serving.fault_proxy import FaultProxy
from tests.ml.steps.step_process import finished, step_process
from tests.recovery import Recovery

pytestmark = pytest.mark.process

SPEC = load_model(Path("models/flight_delay"))
SIGNALS = [each.signal for each in SPEC.monitoring.alarms]
CALM = 6
"""Weeks before the one that breaks: the fewest of this model's eight that it can be judged by."""
BROKEN = Week(FIRST + timedelta(weeks=CALM))
ENDED = datetime.combine(BROKEN.end, time(), UTC)
WRITES = ("PUT POST", "")
"""Between two of them a kill leaves what it leaves right before the second."""
KILLS = 5


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """CloudWatch knows of nothing, and nobody after these tests knows of them."""
    backend = cloudwatch_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.metric_data.clear()
    yield
    backend.metric_data.clear()
    backend.alarms.clear()


class Watched:
    """A lake with calm weeks, one that breaks and the beginning of the next; and its drift job."""

    def __init__(self, account: Account, name: str) -> None:
        self.lake = Lakehouse(f"s3://{account.bucket}/{name}")
        answer_weeks(self.lake, SPEC, CALM)
        answer_day(self.lake, SPEC, BROKEN.start, rows=120, rate=0.7)
        answer_day(self.lake, SPEC, BROKEN.end)

    def start(self, endpoint: str) -> subprocess.Popen[str]:
        """As its pod does."""
        variables = {"MODELYARD_LAKE": self.lake.root, "MODELYARD_ARTIFACTS": self.lake.root}
        variables |= {"MODELYARD_ENVIRONMENT": "prod", "POD_NAME": "watch-1"}
        job = watcher(SPEC)
        assert variables.keys() == {*job.environment}
        _python, _flag, _ml, *arguments = job.command
        return step_process(*arguments, AWS_ENDPOINT_URL=endpoint, **variables)

    @property
    def table(self) -> pl.DataFrame:
        """What it leaves, whoever left it when."""
        return MetricsTable(self.lake, SPEC.name).read().drop(PROVENANCE)


def breaches() -> dict[str, float]:
    """What an alarm sees of the day on which the broken week ended, by signal."""
    cloudwatch = boto3.client("cloudwatch")
    seen = {}
    for signal in SIGNALS:
        (day,) = cloudwatch.get_metric_statistics(
            Namespace=METRIC_NAMESPACE,
            MetricName=BREACH,
            Dimensions=dimensions(signal),
            StartTime=ENDED,
            EndTime=ENDED + timedelta(days=1),
            Period=24 * 3600,
            Statistics=["Maximum"],
        )["Datapoints"]
        assert day["Timestamp"] == ENDED
        seen[signal] = day["Maximum"]
    return seen


def dimensions(signal: str) -> list[dict[str, str]]:
    return [{"Name": "Model", "Value": SPEC.name}, {"Name": "Signal", "Value": signal}]


def ringing() -> set[str]:
    """The signals whose alarms ring within the day, provisioned as the platform does it."""
    for signal in SIGNALS:
        boto3.client("cloudwatch").put_metric_alarm(
            AlarmName=signal,
            Namespace=METRIC_NAMESPACE,
            MetricName=BREACH,
            Dimensions=dimensions(signal),
            Statistic="Maximum",
            Period=24 * 3600,
            EvaluationPeriods=BREACH_DAYS,
            DatapointsToAlarm=1,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=0,
            TreatMissingData="notBreaching",
        )
    here = Environment(name="prod", account=DEFAULT_ACCOUNT_ID, region=REGION)
    changes = AlarmEvaluator([here]).replay(ENDED, ENDED + timedelta(days=1), [])
    return {each.name for each in changes if each.after == "ALARM"}


def test_killed_at_random_moments_and_run_again_it_says_what_one_that_lived_says(
    reached: Account, endpoint: str, recovery: Recovery
) -> None:
    whole, cut = Watched(reached, "whole"), Watched(reached, "cut")
    assert finished(whole.start(endpoint))[0] == 0
    expected, told = whole.table, breaches()
    assert weeks_of(expected)[-1] == BROKEN
    assert (told["mean_prediction"], told["label_rate"]) == (1.0, 1.0)
    cloudwatch_backends[DEFAULT_ACCOUNT_ID][REGION].metric_data.clear()
    drawn = random.Random(7)
    with FaultProxy(endpoint).running() as proxy:
        for _ in range(KILLS):
            moment: Moment = drawn.choice(("before", "after"))
            passing = drawn.randrange(8)
            code, said = ended_after_some(
                proxy, moment, WRITES, lambda: cut.start(proxy.url), passing=passing
            )
            assert code < 0, said
            assert not cut.table.select(WEEK, *KEY).is_duplicated().any()
    with recovery.within(60, f"the process of the drift job killed {KILLS} times, run once more"):
        assert finished(cut.start(endpoint))[0] == 0
    assert cut.table.equals(expected)
    assert breaches() == told
    assert ringing() == {signal for signal, value in told.items() if value}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_the_call_that_tells_of_a_break_the_alarm_rings_all_the_same(
    reached: Account, endpoint: str, moment: Moment
) -> None:
    """The table must not know the week yet, or nobody would be told again."""
    watched = Watched(reached, "lake")
    with FaultProxy(endpoint).running() as proxy:
        code, said = ended_at(proxy, moment, ("POST", "/"), lambda: watched.start(proxy.url))
    assert code < 0, said
    assert BROKEN not in weeks_of(watched.table)
    assert finished(watched.start(endpoint))[0] == 0
    assert not watched.table.select(WEEK, *KEY).is_duplicated().any()
    assert (breaches()["mean_prediction"], breaches()["label_rate"]) == (1.0, 1.0)
    assert {"mean_prediction", "label_rate"} <= ringing()
