"""The Kubernetes cluster models are served from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What a caller decides about a `Cluster`."""

    name: str
    """Physical name: kubectl, the log group and trust policies name the cluster."""

    version: str
    """Kubernetes minor version, such as 1.37."""

    role_arn: pulumi.Input[str]
    """What the control plane acts as."""

    node_role_arn: pulumi.Input[str]
    """What the nodes act as; it has no permission on data."""

    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets for the control plane's interfaces and for nodes."""

    secrets_key_arn: pulumi.Input[str]
    """Key that envelope-encrypts Kubernetes secrets."""

    log_group_name: pulumi.Input[str]
    """The group control plane logs go to; made first, or EKS makes one without a key."""

    protected: bool = True
    """Refuse deletion. Loosened only where the environment is disposable."""


class Cluster(pulumi.ComponentResource):
    """A private cluster: no public API, every log on, secrets under a customer's key."""

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ClusterArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:Cluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        cluster = self._make_cluster(name, args)
        # Auto Mode's nodes carry the agent; the add-on serves nodes of any other kind.
        aws.eks.Addon(
            f"{name}-pod-identity",
            cluster_name=cluster.name,
            addon_name="eks-pod-identity-agent",
            opts=child,
        )

        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority["data"]
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "endpoint": self.endpoint,
                "certificate_authority": self.certificate_authority,
            }
        )

    def _make_cluster(self, name: str, args: ClusterArgs) -> aws.eks.Cluster:
        """The control plane, and the nodes that EKS starts when pods need them."""
        return aws.eks.Cluster(
            f"{name}-cluster",
            # Reading the log group's name is what makes the cluster wait for it.
            name=pulumi.Output.from_input(args.log_group_name).apply(lambda _: args.name),
            version=args.version,
            role_arn=args.role_arn,
            vpc_config={
                "subnet_ids": args.subnet_ids,
                "endpoint_private_access": True,
                "endpoint_public_access": False,
            },
            encryption_config={
                "provider": {"key_arn": args.secrets_key_arn},
                "resources": ["secrets"],
            },
            enabled_cluster_log_types=[
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            # Auto Mode: EKS runs nodes, storage and load balancing.
            bootstrap_self_managed_addons=False,
            compute_config={
                "enabled": True,
                "node_pools": ["general-purpose", "system"],
                "node_role_arn": args.node_role_arn,
            },
            kubernetes_network_config={"elastic_load_balancing": {"enabled": True}},
            storage_config={"block_storage": {"enabled": True}},
            upgrade_policy={"support_type": "STANDARD"},
            zonal_shift_config={"enabled": True},
            deletion_protection=args.protected,
            opts=pulumi.ResourceOptions(parent=self),
        )
