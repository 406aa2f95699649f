"""Fact: in moto an unsupported target fails PutEvents, idle rules fire, accounts are dropped."""

import copy
import json
import sys
from typing import Any

from moto.events.models import Rule
from moto.sns.models import sns_backends

from sandbox.aws.patches.replacing import replace

_DELIVERED_BY_MOTO = {"logs", "events", "sqs"}


def _publish(rule: Any, topic_arn: str, event: dict[str, Any]) -> None:
    sns_backends[rule.account_id][rule.region_name].publish(json.dumps(event), arn=topic_arn)


def apply() -> None:
    """Deliver to each target by itself; a target that cannot be served is logged, not fatal."""
    send_to_targets = Rule.send_to_targets

    def send_to_each(self: Any, original_event: Any, transform_input: bool = True) -> None:
        scheduled_only = not self.event_pattern.get_pattern()
        if self.state != "ENABLED" or scheduled_only:
            return
        if not self.event_pattern.matches_event(original_event):
            return
        for target in list(self.targets):
            service = target["Arn"].split(":")[2]
            single = copy.copy(self)
            single.targets = [target]
            event = copy.deepcopy(original_event)
            transforms = transform_input and "InputTransformer" in target
            try:
                if service in _DELIVERED_BY_MOTO:
                    if not transforms:
                        event.pop("ingestion-time", None)
                    # moto's default transformation would forget the account
                    send_to_targets(single, event, transforms)
                elif service == "sns":
                    _publish(self, target["Arn"], event)
                else:
                    sys.stderr.write(f"event rule {self.name}: no delivery to {target['Arn']}\n")
            except Exception as error:
                sys.stderr.write(f"event rule {self.name}: {target['Arn']} failed: {error!r}\n")

    replace(Rule, "send_to_targets", send_to_each)
