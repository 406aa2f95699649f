"""Where every alarm of an environment is heard."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """What a caller decides about an `AlarmTopic`."""

    account_id: str
    """The account whose alarms may speak."""

    key_arn: pulumi.Input[str]
    """Key that encrypts what is said; CloudWatch must be allowed to use it."""


class AlarmTopic(pulumi.ComponentResource):
    """An encrypted topic only this account's alarms and event rules publish to."""

    topic_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: AlarmTopicArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:monitoring:AlarmTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=args.key_arn, opts=child)
        aws.sns.TopicPolicy(
            f"{name}-publishers",
            arn=topic.arn,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "AlarmsOfThisAccount",
                            "Effect": "Allow",
                            "Principal": {
                                "Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
                            },
                            "Action": ["sns:Publish"],
                            "Resource": [topic.arn],
                            "Condition": {"StringEquals": {"aws:SourceAccount": args.account_id}},
                        }
                    ],
                }
            ),
            opts=child,
        )

        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
