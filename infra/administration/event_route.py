"""One kind of event, led to one queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class EventRouteArgs:
    """What a caller decides about an `EventRoute`."""

    description: str
    """What happened, in the words of whoever reads the rule."""

    source: str
    """Who tells, as the event's `source`."""

    kinds: Sequence[str]
    """What is told, as the event's `detail-type`."""

    queue_arn: pulumi.Input[str]
    """Where matching events go."""

    dead_letter_arn: pulumi.Input[str]
    """Where events go that could not be handed over."""

    detail: Mapping[str, pulumi.Input[Any]] | None = None
    """Values that the event's detail must have: lists, or mappings of the same kind."""

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("kinds must name at least one detail-type")


class EventRoute(pulumi.ComponentResource):
    """A rule whose target is retried for a day and then set aside, never dropped."""

    rule_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: EventRouteArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:EventRoute", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            description=args.description,
            event_pattern=pulumi.Output.json_dumps(pattern(args)),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            arn=args.queue_arn,
            dead_letter_config={"arn": args.dead_letter_arn},
            retry_policy={
                "maximum_event_age_in_seconds": 24 * 3600,
                "maximum_retry_attempts": 185,
            },
            opts=child,
        )

        self.rule_arn = rule.arn
        self.register_outputs({"rule_arn": self.rule_arn})


def pattern(args: EventRouteArgs) -> dict[str, object]:
    """The event pattern that matches what the args describe."""
    found: dict[str, object] = {"source": [args.source], "detail-type": list(args.kinds)}
    if args.detail:
        found["detail"] = dict(args.detail)
    return found
