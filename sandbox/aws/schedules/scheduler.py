"""Schedules of EventBridge Scheduler."""

import datetime
import json
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from moto.scheduler.models import scheduler_backends

from sandbox.aws.schedules.delivery import deliver, scheduled_event
from sandbox.aws.schedules.expressions import EPOCH, due
from sandbox.layout import Environment
from sandbox.timeline.clock import text
from sandbox.timeline.cron import ExpressionError, zone
from sandbox.timeline.due import Due, Outcome

KIND = "EventBridge schedule"


class Schedules:
    """The schedules of every account, each in its own time zone, between its start and end.

    A flexible window is not used up: a schedule fires at its beginning.
    """

    by_wall = True

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = tuple(environments)

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        """Return the firings of every enabled schedule."""
        found: list[Due] = []
        for environment in self._environments:
            for _, backend in sorted(scheduler_backends[environment.account].items()):
                for group in list(backend.schedule_groups.values()):
                    for schedule in list(group.schedules.values()):
                        if schedule.state == "ENABLED":
                            found += _firings(
                                environment, backend, schedule, after, until, problems
                            )
        return found


def _firings(
    environment: Environment,
    backend: Any,
    schedule: Any,
    after: datetime.datetime,
    until: datetime.datetime,
    problems: list[str],
) -> list[Due]:
    start, end = _moment(schedule.start_date), _moment(schedule.end_date)
    try:
        moments = list(
            due(
                schedule.schedule_expression,
                zone(schedule.schedule_expression_timezone or "UTC"),
                after,
                until,
                anchor=start or EPOCH,
            )
        )
    except ExpressionError as error:
        problems.append(f"{KIND} {environment.name}/{schedule.name}: {error}")
        return []
    return [
        Due(
            at=moment,
            kind=KIND,
            environment=environment.name,
            name=schedule.name,
            arn=schedule.arn,
            fire=partial(_fire, backend, schedule, moment),
        )
        for moment in moments
        if (start is None or moment >= start) and (end is None or moment <= end)
    ]


def _moment(date: Any) -> datetime.datetime | None:
    if date is None:
        return None
    return datetime.datetime.fromtimestamp(float(date), datetime.UTC)


def _fire(backend: Any, schedule: Any, moment: datetime.datetime) -> list[Outcome]:
    body = schedule.target.get("Input")
    if body:
        # What Scheduler knows of the attempt can be asked for in the input.
        for name, value in {
            "schedule-arn": schedule.arn,
            "scheduled-time": text(moment),
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }.items():
            body = body.replace(f"<aws.scheduler.{name}>", value)
    else:
        event = scheduled_event(
            "aws.scheduler",
            backend.account_id,
            backend.region_name,
            schedule.arn,
            text(moment),
            "{}",
        )
        body = json.dumps(event)
    return [deliver(schedule.target, body, source_arn=schedule.arn)]
