"""Who may become a role: one principal each, tied to this account and to its source."""

from __future__ import annotations

from infra.administration.statements import Statement


def service_of_account(service: str, account_id: str, source_arn: str | None = None) -> Statement:
    """An AWS service acting for this account, so that it cannot be confused into another's."""
    condition: dict[str, object] = {"StringEquals": {"aws:SourceAccount": account_id}}
    if source_arn is not None:
        condition["ArnLike"] = {"aws:SourceArn": source_arn}
    return {
        "Sid": "ServiceOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": [service]},
        "Action": ["sts:AssumeRole"],
        "Condition": condition,
    }


def control_plane(service: str, account_id: str, actions: tuple[str, ...]) -> Statement:
    """EKS itself, which tags its sessions where Auto Mode runs the nodes."""
    return {
        "Sid": "ControlPlaneOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": [service]},
        "Action": list(actions),
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }


def instances() -> Statement:
    """EC2 on behalf of a node; it sends no source, so there is none to ask for."""
    return {
        "Sid": "Instances",
        "Effect": "Allow",
        "Principal": {"Service": ["ec2.amazonaws.com"]},
        "Action": ["sts:AssumeRole"],
    }


def pod(cluster_arn: str, account_id: str, namespace: str, service_account: str) -> Statement:
    """A pod of one service account (or family of them) in one namespace of one cluster."""
    return {
        "Sid": "EksPodIdentity",
        "Effect": "Allow",
        "Principal": {"Service": ["pods.eks.amazonaws.com"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": account_id,
                "aws:RequestTag/kubernetes-namespace": namespace,
            },
            "StringLike": {"aws:RequestTag/kubernetes-service-account": service_account},
            "ArnEquals": {"aws:SourceArn": cluster_arn},
        },
    }


def person(account_id: str, permission_set: str) -> Statement:
    """Somebody signed in through single sign-on with this permission set."""
    sso = f"arn:aws:iam::{account_id}:role/aws-reserved/sso.amazonaws.com"
    return {
        "Sid": "SignedInPerson",
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account_id}:root"]},
        "Action": ["sts:AssumeRole"],
        "Condition": {
            "ArnLike": {"aws:PrincipalArn": f"{sso}/*/AWSReservedSSO_{permission_set}_*"}
        },
    }
