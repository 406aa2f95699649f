"""What the platform tells its readers: one list, for the exporting and the reading stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import pulumi

Text = pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class PlatformOutputs:
    """The platform stack's outputs; an empty text says that there is no such thing."""

    account_id: Text
    region: Text
    cluster_name: Text
    kubeconfig: Text
    namespace: Text
    lakehouse_bucket: Text
    artifacts_bucket: Text
    audit_bucket: Text
    mirror_bucket: Text
    source_mirror_bucket: Text
    data_key_arn: Text
    artifacts_key_arn: Text
    messaging_key_arn: Text
    signing_key_arn: Text
    approval_key_arn: Text
    ledger_key_arn: Text
    pseudonym_secret_arn: Text
    image_repository_url: Text
    image_repository_name: Text
    data_role_arn: Text
    training_role_arn: Text
    packaging_role_arn: Text
    pipeline_role_arn: Text
    scheduler_role_arn: Text
    serving_role_arn: Text
    collector_role_arn: Text
    watch_role_arn: Text
    promoter_role_arn: Text
    delivery_role_arn: Text
    private_subnet_ids: pulumi.Output[list[str]]
    jobs_security_group_id: Text
    delivery_queue_url: Text
    delivery_queue_arn: Text
    dead_letter_queue_url: Text
    dead_letter_queue_arn: Text
    operations_table: Text
    alarm_topic_arn: Text

    def export(self) -> None:
        """Publish every field as an output of the running stack."""
        for field in fields(self):
            pulumi.export(field.name, getattr(self, field.name))

    @classmethod
    def read(cls, stack: str) -> Self:
        """The outputs of another stack; missing ones fail the deployment by name, all at once."""
        names = [field.name for field in fields(cls)]

        def check(found: Mapping[str, Any]) -> Mapping[str, Any]:
            if missing := [name for name in names if name not in found]:
                raise pulumi.RunError(
                    f"{stack} does not have the outputs {', '.join(missing)} yet; "
                    f"bring the platform up first: pulumi up --stack {stack.split('/')[-1]}"
                )
            return found

        known = pulumi.StackReference(stack).outputs.apply(check)
        values: dict[str, Any] = {name: _pick(known, name) for name in names}
        return cls(**values)


def _pick(known: pulumi.Output[Mapping[str, Any]], name: str) -> pulumi.Output[Any]:
    return known.apply(lambda found: found[name])
