"""The alarms that are provisioned on a model's watched weeks, and when they went off."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from modelyard.place import Place

HEARD_WITHIN = timedelta(days=8)
"""A week's verdict is put within a week of its end, and alarms are evaluated within a day."""


@dataclass(frozen=True, kw_only=True)
class WatchAlarm:
    """One alarm, which stands for one signal of one model."""

    name: str
    signal: str
    went_off: list[str]
    """Event times of its changes into ALARM, ISO, oldest first; CloudWatch keeps 30 days."""

    def after(self, ended: str) -> str:
        """When it went off for a week that ended then; empty where it did not."""
        end = datetime.fromisoformat(ended)
        for each in self.went_off:
            if end <= datetime.fromisoformat(each) < end + HEARD_WITHIN:
                return each
        return ""


def watch_alarms(place: Place, model: str) -> list[WatchAlarm]:
    """Every alarm on a model's breaches; none where nothing may ring."""
    return of_model(place.client("cloudwatch"), model)


def of_model(cloudwatch: Any, model: str) -> list[WatchAlarm]:
    """Ask one CloudWatch for the alarms of a model."""
    from ml.workloads import BREACH, METRIC_NAMESPACE

    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    found = []
    for alarm in (each for page in pages for each in page.get("MetricAlarms", ())):
        of = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", ())}
        what = (alarm.get("Namespace"), alarm.get("MetricName"), of.get("Model"))
        if what == (METRIC_NAMESPACE, BREACH, model):
            name = alarm["AlarmName"]
            went_off = _went_off(cloudwatch, name)
            found.append(WatchAlarm(name=name, signal=of["Signal"], went_off=went_off))
    return sorted(found, key=lambda each: each.signal)


def _went_off(cloudwatch: Any, name: str) -> list[str]:
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, HistoryItemType="StateUpdate"
    )
    changes = [each for page in pages for each in page.get("AlarmHistoryItems", ())]
    return sorted(
        each["Timestamp"].isoformat()
        for each in changes
        if json.loads(each["HistoryData"])["newState"]["stateValue"] == "ALARM"
    )
