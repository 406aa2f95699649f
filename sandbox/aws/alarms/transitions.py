"""Takes an alarm from one state to another, and tells everybody who is to know."""

import datetime
import json
import sys
import uuid
from typing import Any

from moto.events.models import events_backends
from moto.sns.models import sns_backends

from sandbox.aws.alarms.notification import message, subject
from sandbox.aws.alarms.reasons import stamp
from sandbox.aws.alarms.series import instant

SOURCE, DETAIL_TYPE = "aws.cloudwatch", "CloudWatch Alarm State Change"


def change(
    account: str,
    region: str,
    alarm: Any,
    *,
    state: str,
    reason: str,
    reason_data: str | None,
    at: datetime.datetime,
) -> None:
    """Set the state, raise the event, take the actions."""
    before = _state(alarm)
    alarm.update_state(reason, reason_data, state)
    # moto writes its own time, without a zone.
    moment = at.astimezone(datetime.UTC).replace(tzinfo=None)
    alarm.state_updated_timestamp = moment
    if state != before["value"]:
        alarm.state_transitioned_timestamp = moment
    _emit(account, region, alarm, before, at)
    if alarm.actions_enabled and state != before["value"]:
        _act(account, region, alarm, before["value"])


def _state(alarm: Any) -> dict[str, str]:
    told = {
        "reason": alarm.state_reason,
        "reasonData": alarm.state_reason_data,
        "timestamp": stamp(instant(alarm.state_updated_timestamp)),
        "value": alarm.state_value,
    }
    if told["reasonData"] in (None, "", "{}"):
        del told["reasonData"]
    return told


def _emit(
    account: str, region: str, alarm: Any, before: dict[str, str], at: datetime.datetime
) -> None:
    configuration: dict[str, Any] = {"metrics": _metrics(alarm)}
    if alarm.description:
        configuration = {"description": alarm.description, **configuration}
    detail = {
        "alarmName": alarm.name,
        "configuration": configuration,
        "previousState": before,
        "state": _state(alarm),
    }
    entry = {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Resources": [alarm.alarm_arn],
        "Detail": json.dumps(detail),
        "Time": at.timestamp(),
    }
    events_backends[account][region].put_events([entry])


def _metrics(alarm: Any) -> list[dict[str, Any]]:
    if alarm.metric_data_queries:
        return [_query(each) for each in alarm.metric_data_queries]
    stat = alarm.extended_statistic or alarm.statistic
    told = _stat(alarm.namespace, alarm.metric_name, alarm.dimensions, alarm.period, stat)
    # AWS makes one up when the alarm is put; the name of the alarm gives the same one every time.
    made = str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.alarm_arn))
    return [{"id": made, "metricStat": told, "returnData": True}]


def _query(query: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"id": query.id}
    if query.expression:
        told["expression"] = query.expression
    if query.label:
        told["label"] = query.label
    if query.metric_stat:
        stat = query.metric_stat
        metric = stat.metric
        told["metricStat"] = _stat(
            metric.namespace, metric.metric_name, metric.dimensions, stat.period, stat.stat
        )
    told["returnData"] = query.return_data is not False
    return told


def _stat(namespace: str, name: str, dimensions: Any, period: int, stat: str) -> dict[str, Any]:
    metric = {
        "dimensions": {each.name: each.value for each in dimensions},
        "name": name,
        "namespace": namespace,
    }
    return {"metric": metric, "period": int(period), "stat": stat}


def _act(account: str, region: str, alarm: Any, before: str) -> None:
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }[alarm.state_value]
    for arn in actions or ():
        try:
            _, _, service, place, owner, *_ = arn.split(":")
            if service != "sns":
                sys.stderr.write(f"alarm {alarm.name}: the sandbox takes no action {arn}\n")
                continue
            sns_backends[owner][place].publish(
                message(account, region, alarm, before), arn=arn, subject=subject(alarm, region)
            )
        except Exception as error:
            # As on AWS: an action that fails does not keep the alarm from changing.
            sys.stderr.write(f"alarm {alarm.name}: action {arn} failed: {error!r}\n")
