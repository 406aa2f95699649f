"""Fact: moto's alarms begin as OK, and putting one again forgets the state it was in."""

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from sandbox.aws.patches.replacing import replace

_STATE = (
    "state_value",
    "state_reason",
    "state_reason_data",
    "state_updated_timestamp",
    "state_transitioned_timestamp",
    "history",
)


def apply() -> None:
    """Begin without data, and leave the state of an alarm that is put again."""
    put = CloudWatchBackend.put_metric_alarm

    def put_and_keep(self: Any, name: str, **named: Any) -> Any:
        known = self.alarms.get(name)
        alarm: Any = put(self, name=name, **named)
        alarm.state_value = "INSUFFICIENT_DATA"
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
        for attribute in _STATE if known is not None else ():
            setattr(alarm, attribute, getattr(known, attribute))
        return alarm

    replace(CloudWatchBackend, "put_metric_alarm", put_and_keep)
