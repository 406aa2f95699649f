"""The names under which SQL finds the lakehouse's zones, and the limits on asking."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

#: Every zone whose tables people ask, and what they find in it; as-of tables are copies of these.
ZONES = {
    "raw": "Rows as they landed",
    "curated": "Rows that kept the contract",
    "quarantine": "Rows that broke the contract, with the rule each broke",
    "features": "Point-in-time features by model",
    "predictions": "What each model answered",
    "labels": "What turned out to be true",
    "metrics": "How good each model was",
}


@dataclass(frozen=True, kw_only=True)
class CatalogArgs:
    """What a caller decides about a `Catalog`."""

    bucket_name: pulumi.Input[str]
    """The lakehouse."""

    key_arn: pulumi.Input[str]
    """Key that encrypts query results."""

    scan_limit_gib: int = 100
    """The most one query may read before it is stopped."""

    def __post_init__(self) -> None:
        if self.scan_limit_gib < 1:
            raise ValueError(f"scan_limit_gib must be at least 1, got {self.scan_limit_gib}")


class Catalog(pulumi.ComponentResource):
    """One database per zone, and a workgroup nobody can configure their way out of."""

    databases: pulumi.Output[dict[str, str]]
    workgroup: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: CatalogArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:data_estate:Catalog", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        databases = {
            zone: aws.glue.CatalogDatabase(
                f"{name}-{zone}",
                description=meaning,
                location_uri=pulumi.Output.concat("s3://", args.bucket_name, f"/{zone}/"),
                opts=child,
            ).name
            for zone, meaning in ZONES.items()
        }
        workgroup = aws.athena.Workgroup(
            f"{name}-queries",
            configuration={
                "enforce_workgroup_configuration": True,
                "publish_cloudwatch_metrics_enabled": True,
                "bytes_scanned_cutoff_per_query": args.scan_limit_gib * 1024**3,
                "result_configuration": {
                    "output_location": pulumi.Output.concat(
                        "s3://", args.bucket_name, "/queries/"
                    ),
                    "encryption_configuration": {
                        "encryption_option": "SSE_KMS",
                        "kms_key_arn": args.key_arn,
                    },
                },
            },
            opts=child,
        )

        self.databases = pulumi.Output.all(**databases)
        self.workgroup = workgroup.name
        self.register_outputs({"databases": self.databases, "workgroup": self.workgroup})
