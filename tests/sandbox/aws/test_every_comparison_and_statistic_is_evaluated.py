"""An alarm may ask for any statistic and comparison; what is not evaluated is named."""

import pytest

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import Client, breach, day, move, put_alarm, states

pytestmark = pytest.mark.usefixtures("monday")


def test_metrics_of_years_ago_are_kept_and_answered(client: Client) -> None:
    breach(client, 1, day(1))
    told = client("cloudwatch").get_metric_statistics(
        Namespace="Modelyard",
        MetricName="Breach",
        Dimensions=[{"Name": "Signal", "Value": "prediction"}],
        StartTime=day(1),
        EndTime=day(2),
        Period=86400,
        Statistics=["Maximum"],
    )
    assert [(each["Timestamp"], each["Maximum"]) for each in told["Datapoints"]] == [(day(1), 1.0)]


@pytest.mark.parametrize(
    ("operator", "threshold", "rings"),
    [
        ("GreaterThanThreshold", 3, False),
        ("GreaterThanOrEqualToThreshold", 3, True),
        ("LessThanThreshold", 3, False),
        ("LessThanOrEqualToThreshold", 3, True),
    ],
)
def test_every_comparison(
    emulator: Emulator, client: Client, operator: str, threshold: float, rings: bool
) -> None:
    put_alarm(client, ComparisonOperator=operator, Threshold=threshold)
    breach(client, 3, day(1))
    (change,) = states(move(emulator, day(2)))
    assert change[0] == ("ALARM" if rings else "OK")


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ({"Statistic": "Sum"}, 10),
        ({"Statistic": "Average"}, 2.5),
        ({"Statistic": "Minimum"}, 1),
        ({"Statistic": "Maximum"}, 4),
        ({"Statistic": "SampleCount"}, 4),
        ({"ExtendedStatistic": "p50"}, 2.5),
    ],
)
def test_every_statistic(
    emulator: Emulator, client: Client, statistic: dict[str, str], value: float
) -> None:
    put_alarm(
        client,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=value,
        Period=3600,
        EvaluationPeriods=1,
        **{"Statistic": None, **statistic},
    )
    for each in (1, 2, 3, 4):
        breach(client, each, day(1, 0, each))
    last = move(emulator, day(1, 0, 6))["alarms"][-1]
    assert last["after"] == "ALARM"
    assert f"datapoints [{float(value)} (30/06/13 23:" in last["reason"]


def test_metric_math_is_named_as_not_evaluated(emulator: Emulator, client: Client) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName="ratio",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Metrics=[{"Id": "e", "Expression": "1 / 2", "ReturnData": True, "Period": 60}],
    )
    told = move(emulator, day(2))
    assert told["problems"] == ["alarm dev/ratio: metric math is not evaluated"]
