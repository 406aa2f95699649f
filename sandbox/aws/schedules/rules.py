"""EventBridge rules that carry a schedule."""

import datetime
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from jsonpath_ng.ext.parser import parse as parse_path
from moto.events.models import events_backends
from moto.events.utils import EventTemplateParser

from sandbox.aws.schedules.delivery import deliver, scheduled_event
from sandbox.aws.schedules.expressions import due
from sandbox.layout import Environment
from sandbox.timeline.clock import text
from sandbox.timeline.cron import ExpressionError, zone
from sandbox.timeline.due import Due, Outcome

KIND = "EventBridge rule"


class ScheduledRules:
    """The rules of every account; their schedules go by UTC, as on AWS."""

    by_wall = True

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = tuple(environments)

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        """Return the firings of every enabled rule."""
        found: list[Due] = []
        for environment in self._environments:
            for _, backend in sorted(events_backends[environment.account].items()):
                for bus in list(backend.event_buses.values()):
                    for rule in list(bus.rules.values()):
                        if rule.scheduled_expression and rule.state == "ENABLED":
                            found += _firings(environment, rule, after, until, problems)
        return found


def _firings(
    environment: Environment,
    rule: Any,
    after: datetime.datetime,
    until: datetime.datetime,
    problems: list[str],
) -> list[Due]:
    try:
        moments = list(due(rule.scheduled_expression, zone("UTC"), after, until))
    except ExpressionError as error:
        problems.append(f"{KIND} {environment.name}/{rule.name}: {error}")
        return []
    return [
        Due(
            at=moment,
            kind=KIND,
            environment=environment.name,
            name=rule.name,
            arn=rule.arn,
            fire=partial(_fire, rule, moment),
        )
        for moment in moments
    ]


def _fire(rule: Any, moment: datetime.datetime) -> list[Outcome]:
    account, region = rule.account_id, rule.region_name
    event = scheduled_event("aws.events", account, region, rule.arn, text(moment), {})
    return [
        deliver(target, _body(target, event), source_arn=rule.arn) for target in list(rule.targets)
    ]


def _body(target: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what the target is sent: constant, part of the event, made from it, or all of it."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = parse_path(target["InputPath"]).find(event)
        return json.dumps(found[0].value if found else {})
    transformer = target.get("InputTransformer")
    if transformer:
        seen: Any = {**event, "ingestion-time": event["time"]}
        made = EventTemplateParser.parse(
            transformer["InputTemplate"], transformer.get("InputPathsMap") or {}, seen
        )
        return made if isinstance(made, str) else json.dumps(made)
    return json.dumps(event)
