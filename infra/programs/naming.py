"""Collects what the platform made into the names that the roles' policies are written with."""

from __future__ import annotations

from dataclasses import dataclass

from infra.administration.delivery_queue import DeliveryQueue
from infra.administration.grants.access import Access, Buckets, KeyArns
from infra.administration.operations_table import OperationsTable
from infra.data_estate.pseudonym_secret import PseudonymSecret
from infra.model_development.image_registry import ImageRegistry
from infra.monitoring.alarm_topic import AlarmTopic
from infra.names import cluster_name, mirror_bucket_name, role_path
from infra.programs.foundation import Keys, Storage
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What delivery hears, remembers and is watched by."""

    queue: DeliveryQueue
    table: OperationsTable
    topic: AlarmTopic


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What an environment keeps: roles are written about it, and readers are told of it."""

    keys: Keys
    storage: Storage
    secret: PseudonymSecret | None
    images: ImageRegistry
    operations: Operations


def source_mirror(settings: Settings) -> str | None:
    """Name of the mirror that training here reads."""
    source = settings.reads_mirror_of
    return mirror_bucket_name(source, settings.accounts[source]) if source else None


def name_everything(settings: Settings, held: Holdings) -> Access:
    """What the roles' policies can name."""
    keys, storage, operations = held.keys, held.storage, held.operations
    source = source_mirror(settings)
    place = f"{settings.region}:{settings.account_id}"
    return Access(
        account_id=settings.account_id,
        region=settings.region,
        role_path=role_path(settings.environment),
        buckets=Buckets(
            lakehouse=storage.lakehouse.bucket_arn,
            artifacts=storage.artifacts.bucket_arn,
            audit=storage.audit.bucket_arn,
            mirror=storage.mirror.bucket_arn if storage.mirror else None,
            source_mirror=f"arn:aws:s3:::{source}" if source else None,
        ),
        keys=KeyArns(
            data=keys.data.arn,
            artifacts=keys.artifacts.arn,
            messaging=keys.messaging.arn,
            signing=keys.signing.arn,
            approval=keys.approval.arn,
            ledger=keys.ledger.arn,
            mirror=keys.mirror.arn if keys.mirror else None,
        ),
        image_repository=held.images.repository_arn,
        operations_table=operations.table.table_arn,
        delivery_queue=operations.queue.queue_arn,
        cluster=f"arn:aws:eks:{place}:cluster/{cluster_name(settings.environment)}",
        pseudonym_secret=held.secret.secret_arn if held.secret else None,
    )
