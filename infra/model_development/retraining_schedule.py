"""The clock asks for a retraining; whether it takes place is delivery's decision."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import REQUEST_SOURCE, RETRAINING_DUE

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""The scheduler puts the hour here for which it was due: a late start asks about its own day."""


@dataclass(frozen=True, kw_only=True)
class RetrainingScheduleArgs:
    """What a caller decides about a `RetrainingSchedule`."""

    model: str
    """What is to be trained again."""

    bus_arn: pulumi.Input[str]
    """Bus on which delivery hears requests."""

    role_arn: pulumi.Input[str]
    """What puts the request there."""

    dead_letter_arn: pulumi.Input[str]
    """Where a request goes that failed for a day."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the schedule."""

    cron: str
    """Minute, hour, day of month, month, day of week, in UTC."""

    enabled: bool
    """Whether the clock runs; a switched-off schedule can still be read and changed."""

    def __post_init__(self) -> None:
        schedule_expression(self.cron)


class RetrainingSchedule(pulumi.ComponentResource):
    """A schedule that starts nothing itself, so that no limit on retraining can be passed by."""

    schedule_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: RetrainingScheduleArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_development:RetrainingSchedule", name, None, opts)

        schedule = aws.scheduler.Schedule(
            f"{name}-schedule",
            schedule_expression=schedule_expression(args.cron),
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            state="ENABLED" if args.enabled else "DISABLED",
            kms_key_arn=args.key_arn,
            target={
                "arn": args.bus_arn,
                "role_arn": args.role_arn,
                "eventbridge_parameters": {
                    "source": REQUEST_SOURCE,
                    "detail_type": RETRAINING_DUE,
                },
                "input": json.dumps({"model": args.model, "due": SCHEDULED_TIME}),
                "dead_letter_config": {"arn": args.dead_letter_arn},
                "retry_policy": {
                    "maximum_event_age_in_seconds": 24 * 3600,
                    "maximum_retry_attempts": 185,
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.schedule_name = schedule.name
        self.register_outputs({"schedule_name": self.schedule_name})


def schedule_expression(cron: str) -> str:
    """A five-field cron line in EventBridge's words: six fields, one of them a question mark."""
    fields = cron.split()
    if len(fields) != 5:
        raise ValueError(f"cron must have five fields, got {cron!r}")
    minute, hour, day, month, weekday = fields
    if weekday == "*":
        return f"cron({minute} {hour} {day} {month} ? *)"
    if day != "*":
        raise ValueError(f"cron must leave day of month or day of week open, got {cron!r}")
    # Cron counts from Sunday = 0 (or 7), EventBridge from Sunday = 1.
    shifted = re.sub(r"\d", lambda found: str(int(found.group()) % 7 + 1), weekday)
    return f"cron({minute} {hour} ? {month} {shifted} *)"
