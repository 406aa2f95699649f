"""The memory of operations: which event was handled, and who holds which lock."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class OperationsTableArgs:
    """What a caller decides about an `OperationsTable`."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the items."""

    deletable: bool = False
    """Let the table be deleted. Meant for short-lived stacks."""


class OperationsTable(pulumi.ComponentResource):
    """Conditional writes that can be restored to any second of the last 35 days."""

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: OperationsTableArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:administration:OperationsTable", name, None, opts)

        table = aws.dynamodb.Table(
            f"{name}-table",
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            server_side_encryption={"enabled": True, "kms_key_arn": args.key_arn},
            point_in_time_recovery={"enabled": True},
            # Locks and dedup marks leave by themselves when they are of no use any more.
            ttl={"enabled": True, "attribute_name": "expires_at"},
            deletion_protection_enabled=not args.deletable,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"table_name": self.table_name, "table_arn": self.table_arn})
