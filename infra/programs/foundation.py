"""The platform's ground floor: keys and storage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pulumi

from infra.administration.access_log import AccessLog, AccessLogArgs
from infra.administration.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.administration.object_lock import ObjectLock
from infra.administration.private_bucket import PrivateBucket, PrivateBucketArgs
from infra.administration.signing_key import SigningKey, SigningKeyArgs
from infra.data_estate.mirror_access import mirror_reader_statements
from infra.names import mirror_bucket_name
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Keys:
    """One key per purpose."""

    data: EncryptionKey
    mirror: EncryptionKey | None
    artifacts: EncryptionKey
    logs: EncryptionKey
    messaging: EncryptionKey
    cluster: EncryptionKey
    signing: SigningKey
    approval: SigningKey
    ledger: SigningKey


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Every bucket of an environment."""

    lakehouse: PrivateBucket
    artifacts: PrivateBucket
    audit: PrivateBucket
    mirror: PrivateBucket | None


def make_keys(settings: Settings, opts: pulumi.ResourceOptions) -> Keys:
    """Keys per purpose; who uses them is decided by the roles' own policies."""
    account = settings.account_id
    readers = settings.mirror.readers if settings.mirror else ()

    def key(purpose: str, *services: str, readers: tuple[str, ...] = ()) -> EncryptionKey:
        principals = tuple(f"{service}.amazonaws.com" for service in services)
        args = EncryptionKeyArgs(
            purpose=purpose, account_id=account, services=principals, readers=readers
        )
        return EncryptionKey(purpose, args, opts)

    def signing(name: str, purpose: str) -> SigningKey:
        return SigningKey(name, SigningKeyArgs(purpose=purpose, account_id=account), opts)

    return Keys(
        data=key("data"),
        mirror=key("mirror", readers=tuple(settings.accounts[name] for name in readers))
        if settings.mirror
        else None,
        artifacts=key("artifacts"),
        logs=key("logs", f"logs.{settings.region}"),
        messaging=key("messaging", "events", "cloudwatch", "scheduler"),
        cluster=key("cluster"),
        signing=signing("signing", "model packages"),
        approval=signing("approval", "approvals and waivers"),
        # Delivery writes the ledger too, and must not be able to sign what it verifies.
        ledger=signing("ledger", "the ledger"),
    )


def make_storage(settings: Settings, keys: Keys, opts: pulumi.ResourceOptions) -> Storage:
    """Buckets under their keys; what is not disposable is protected by one word."""
    lakehouse = settings.lakehouse
    kept = pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(protect=not lakehouse.disposable)
    )
    access = AccessLog(
        "access-log",
        AccessLogArgs(
            account_id=settings.account_id,
            retention_days=settings.logs.retention_days,
            disposable=lakehouse.disposable,
        ),
        kept,
    )

    plain = PrivateBucketArgs(
        key_arn=keys.data.arn,
        log_bucket_name=access.bucket_name,
        recovery_days=lakehouse.recovery_days,
        disposable=lakehouse.disposable,
    )
    artifacts = replace(plain, key_arn=keys.artifacts.arn)
    return Storage(
        lakehouse=PrivateBucket("lakehouse", plain, kept),
        artifacts=PrivateBucket("artifacts", artifacts, kept),
        audit=PrivateBucket("audit", replace(artifacts, lock=_ledger_lock(settings)), kept),
        mirror=_make_mirror(settings, keys, plain, kept),
    )


def _make_mirror(
    settings: Settings, keys: Keys, plain: PrivateBucketArgs, opts: pulumi.ResourceOptions
) -> PrivateBucket | None:
    """The bucket other environments read, where the stack file asks for one."""
    if settings.mirror is None or keys.mirror is None:
        return None
    readers: dict[str, str] = {name: settings.accounts[name] for name in settings.mirror.readers}
    args = replace(
        plain,
        key_arn=keys.mirror.arn,
        name=mirror_bucket_name(settings.environment, settings.account_id),
        statements=mirror_reader_statements(readers),
    )
    return PrivateBucket("mirror", args, opts)


def _ledger_lock(settings: Settings) -> ObjectLock:
    """Nobody lifts the lock where data is kept; a disposable stack must be able to go."""
    mode: Literal["COMPLIANCE", "GOVERNANCE"]
    mode = "GOVERNANCE" if settings.lakehouse.disposable else "COMPLIANCE"
    return ObjectLock(days=settings.audit.lock_days, mode=mode)
