"""Makes the fixed access keys known to moto, so that each request lands in its own account."""

from typing import Any, cast

from moto.iam.models import AccessKey, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from sandbox.aws.identities import Identity


def register(identity: Identity) -> None:
    """Let the identity's key resolve to its account and its assumed-role session."""
    key: Any = cast(Any, AccessKey)(user_name=None, prefix="ASIA", account_id=identity.account)
    key.access_key_id = identity.access_key_id
    key.secret_access_key = identity.secret_access_key
    key.role_arn = identity.role_arn
    session = AssumedRole(
        account_id=identity.account,
        region_name=identity.region,
        access_key=key,
        role_session_name=identity.session,
        role_arn=identity.role_arn,
        policy="",
        duration=10 * 365 * 86400,
        external_id="",
    )
    iam_backends[identity.account]["aws"].access_keys[key.access_key_id] = key
    sts_backends[identity.account]["aws"].assumed_roles.append(session)


def account_of(access_key_id: str) -> str | None:
    """Return the account that the key belongs to, or None for a key nobody issued."""
    for account, partitions in list(iam_backends.items()):
        if access_key_id in partitions["aws"].access_keys:
            return str(account)
    return None


def caller_arn(account: str, access_key_id: str) -> str:
    """Return the ARN of the session or user behind the key."""
    backend = sts_backends[account]["aws"]
    return str(backend.get_caller_identity(access_key_id, "eu-west-1")[1])


def role_arn(account: str, access_key_id: str) -> str:
    """Return what AWS calls `aws:PrincipalArn`: of a session the role with its path."""
    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key_id)
    return str(session.role_arn) if session else caller_arn(account, access_key_id)
