"""What an alarm says to an SNS topic."""

import functools
import json
from typing import Any

from botocore.loaders import Loader

from sandbox.aws.alarms.reasons import stamp
from sandbox.aws.alarms.series import instant

_SUBJECT_LENGTH = 100


@functools.cache
def region_title(region: str) -> str:
    """Return the region as CloudWatch names it to people: `Europe (Ireland)`."""
    for partition in Loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def subject(alarm: Any, region: str) -> str:
    """Return the subject, as long as SNS allows."""
    told = f'{alarm.state_value}: "{alarm.name}" in {region_title(region)}'
    return told[: _SUBJECT_LENGTH - 1]


def message(account: str, region: str, alarm: Any, before: str) -> str:
    """Return the message, JSON in a string."""
    trigger: dict[str, Any] = {
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    if not alarm.metric_data_queries:
        trigger = {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "ExtendedStatistic" if alarm.extended_statistic else "Statistic",
            "Statistic": alarm.extended_statistic or str(alarm.statistic).upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"value": each.value, "name": each.name} for each in alarm.dimensions],
            **trigger,
        }
    return json.dumps(
        {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": account,
            "AlarmConfigurationUpdatedTimestamp": stamp(
                instant(alarm.configuration_updated_timestamp)
            ),
            "NewStateValue": alarm.state_value,
            "NewStateReason": alarm.state_reason,
            "StateChangeTime": stamp(instant(alarm.state_updated_timestamp)),
            "Region": region_title(region),
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": before,
            "OKActions": alarm.ok_actions or [],
            "AlarmActions": alarm.alarm_actions or [],
            "InsufficientDataActions": alarm.insufficient_data_actions or [],
            "Trigger": trigger,
        }
    )
