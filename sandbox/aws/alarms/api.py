"""The operations on an alarm's state, in place of moto's, which nobody would hear."""

import itertools
import json
from typing import Any

from moto.cloudwatch.exceptions import InvalidFormat, ResourceNotFound, ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from sandbox.aws.alarms.transitions import change
from sandbox.aws.patches.replacing import replace
from sandbox.timeline.clock import SandboxClock

_STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


class AlarmApi:
    """SetAlarmState and DescribeAlarmHistory, by the sandbox's clock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock

    def install(self) -> None:
        """Take the place of moto's operations in this process."""
        replace(CloudWatchBackend, "set_alarm_state", _method(self.set_state))
        replace(CloudWatchResponse, "describe_alarm_history", _method(self.history))

    def set_state(
        self, backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        """Set the state until the next evaluation, with everything that follows from it."""
        if alarm_name not in backend.alarms:
            raise ResourceNotFound
        if state_value not in _STATES:
            raise ValidationError(f"stateValue must be one of {', '.join(_STATES)}")
        try:
            json.loads(reason_data or "{}")
        except ValueError:
            raise InvalidFormat("StateReasonData is no JSON") from None
        change(
            backend.account_id,
            backend.region_name,
            backend.alarms[alarm_name],
            state=state_value,
            reason=reason,
            reason_data=reason_data,
            at=self._clock.now(),
        )

    def history(self, response: Any) -> Any:
        """Tell the changes of state, the latest first."""
        wanted = response._get_param("AlarmName")
        found = [
            item
            for alarm in list(response.cloudwatch_backend.alarms.values())
            if wanted in (None, alarm.name)
            for item in _changes(alarm)
        ]
        found.sort(key=lambda each: str(each["Timestamp"]), reverse=True)
        return ActionResult({"AlarmHistoryItems": found})


def _changes(alarm: Any) -> list[dict[str, Any]]:
    # moto keeps the states that were; with the one that is, each neighbouring pair is a change.
    states = [each[1:] for each in alarm.history]
    states.append(
        (
            alarm.state_reason,
            alarm.state_reason_data,
            alarm.state_value,
            alarm.state_updated_timestamp,
        )
    )
    return [
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": new[3],
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {old[2]} to {new[2]}",
            "HistoryData": json.dumps(
                {
                    "version": "1.0",
                    "oldState": {"stateValue": old[2], "stateReason": old[0]},
                    "newState": {"stateValue": new[2], "stateReason": new[0]},
                }
            ),
        }
        for old, new in itertools.pairwise(states)
    ]


def _method(bound: Any) -> Any:
    return lambda self, *arguments, **named: bound(self, *arguments, **named)
