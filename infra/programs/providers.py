"""The two providers every resource goes through, so that none escapes account, region or tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s


def aws_provider(*, account_id: str, region: str, tags: Mapping[str, str]) -> aws.Provider:
    """AWS in one account and region; credentials of any other account are refused."""
    return aws.Provider(
        "aws",
        region=region,
        allowed_account_ids=[account_id],
        default_tags={"tags": dict(tags)},
    )


def kubernetes_provider(kubeconfig: pulumi.Input[str]) -> k8s.Provider:
    """The environment's cluster, written to by server-side apply."""
    return k8s.Provider("cluster", kubeconfig=kubeconfig, enable_server_side_apply=True)
