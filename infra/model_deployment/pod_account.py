"""A workload's identity in the cluster, bound to one AWS role."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s


@dataclass(frozen=True, kw_only=True)
class PodAccountArgs:
    """What a caller decides about a `PodAccount`."""

    name: str
    """Physical name: the role's trust names it."""

    namespace: pulumi.Input[str]
    """Namespace of the workload."""

    cluster_name: pulumi.Input[str]
    """Cluster of the workload."""

    role_arn: pulumi.Input[str]
    """What the workload acts as in AWS."""


class PodAccount(pulumi.ComponentResource):
    """A service account without a token for the API server, and its Pod Identity."""

    account_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PodAccountArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_deployment:PodAccount", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": args.name, "namespace": args.namespace},
            automount_service_account_token=False,
            opts=child,
        )
        binding = aws.eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.name,
            role_arn=args.role_arn,
            opts=child,
        )

        # A pod that starts before the binding would run without credentials for ever.
        self.account_name = pulumi.Output.all(account.metadata["name"], binding.id).apply(
            lambda known: str(known[0])
        )
        self.register_outputs({"account_name": self.account_name})
