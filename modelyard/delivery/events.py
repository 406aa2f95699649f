"""The events that move delivery: what commands send, and how a queue message is read."""

import json
from dataclasses import dataclass
from typing import Any

from modelyard.errors import RefusedError
from modelyard.place import Place

SOURCE = "modelyard"
REGISTERED = "SageMaker Model Package State Change"
PROMOTION = "Promotion Requested"
APPROVAL = "Approval Granted"
WAIVER = "Waiver Granted"
DUE = "Retraining Due"
"""The clock asks for a retraining; no person may send it."""
ALARM = "CloudWatch Alarm State Change"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as EventBridge delivers it."""

    id: str
    kind: str
    detail: dict[str, Any]


def send(place: Place, kind: str, detail: dict[str, Any]) -> None:
    """Tell the environment's delivery that there is something to do."""
    answer = place.client("events").put_events(
        Entries=[{"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}]
    )
    if answer["FailedEntryCount"]:
        reason = answer["Entries"][0].get("ErrorMessage", "no reason given")
        raise RefusedError(
            f"{place.name} did not take the event {kind!r}: {reason}.",
            remedy="run the same command again; nothing was started",
        )


def parse(body: str) -> Event | None:
    """Read a queue message; None for what is no event of ours."""
    try:
        message = json.loads(body)
        id, kind, detail = (message[name] for name in ("id", "detail-type", "detail"))
    except (ValueError, KeyError, TypeError):
        return None
    if not (isinstance(kind, str) and isinstance(detail, dict)):
        return None
    return Event(id=str(id), kind=kind, detail=detail)
