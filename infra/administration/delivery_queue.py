"""Where everything that starts a delivery waits its turn, and where it goes if it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.administration.statements import allow, deny, document, granted_to

ATTEMPTS = 5
"""How often a message is tried before it is set aside for a person."""


@dataclass(frozen=True, kw_only=True)
class DeliveryQueueArgs:
    """What a caller decides about a `DeliveryQueue`."""

    account_id: str
    """The account whose event rules may send."""

    region: str
    """Region of the event rules."""

    key_arn: pulumi.Input[str]
    """Key that encrypts messages; events must be allowed to use it."""

    busy_seconds: int = 900
    """How long one worker may take before another gets the same message."""

    def __post_init__(self) -> None:
        if not 30 <= self.busy_seconds <= 43200:
            raise ValueError(f"busy_seconds must be 30 to 43200, got {self.busy_seconds}")


class DeliveryQueue(pulumi.ComponentResource):
    """An encrypted queue with a dead-letter queue; no message is lost or tried for ever."""

    queue_url: pulumi.Output[str]
    queue_arn: pulumi.Output[str]
    queue_name: pulumi.Output[str]
    dead_letter_url: pulumi.Output[str]
    dead_letter_arn: pulumi.Output[str]
    dead_letter_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: DeliveryQueueArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:DeliveryQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        dead = aws.sqs.Queue(
            f"{name}-dead-letters",
            kms_master_key_id=args.key_arn,
            # As long as SQS allows: somebody has to notice, understand and repair.
            message_retention_seconds=14 * 24 * 3600,
            opts=child,
        )
        queue = aws.sqs.Queue(
            f"{name}-queue",
            kms_master_key_id=args.key_arn,
            message_retention_seconds=4 * 24 * 3600,
            visibility_timeout_seconds=args.busy_seconds,
            receive_wait_time_seconds=20,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": dead.arn, "maxReceiveCount": ATTEMPTS}
            ),
            opts=child,
        )
        for role, target in (("queue", queue), ("dead-letters", dead)):
            aws.sqs.QueuePolicy(
                f"{name}-{role}-senders",
                queue_url=target.url,
                policy=sender_policy(args, target.arn),
                opts=child,
            )

        self.queue_url = queue.url
        self.queue_arn = queue.arn
        self.queue_name = queue.name
        self.dead_letter_url = dead.url
        self.dead_letter_arn = dead.arn
        self.dead_letter_name = dead.name
        self.register_outputs({key: getattr(self, key) for key in DeliveryQueue.__annotations__})


def sender_policy(args: DeliveryQueueArgs, queue_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """Event rules of this account send; nobody sends without TLS."""
    rules = f"arn:aws:events:{args.region}:{args.account_id}:rule/*"
    send = allow(
        "EventRulesOfThisAccount",
        "sqs:SendMessage",
        queue_arn,
        {
            "ArnLike": {"aws:SourceArn": rules},
            "StringEquals": {"aws:SourceAccount": args.account_id},
        },
    )
    plain = deny("OnlyOverTls", "sqs:*", queue_arn, {"Bool": {"aws:SecureTransport": "false"}})
    return document(
        [granted_to(send, {"Service": ["events.amazonaws.com"]}), granted_to(plain, "*")]
    )
