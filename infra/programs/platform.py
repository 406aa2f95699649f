"""The platform of one environment, top to bottom. Read this file first."""

from __future__ import annotations

import pulumi

from infra.administration.delivery_queue import DeliveryQueue, DeliveryQueueArgs
from infra.administration.event_route import EventRoute, EventRouteArgs
from infra.administration.operations_table import OperationsTable, OperationsTableArgs
from infra.data_estate.catalog import Catalog, CatalogArgs
from infra.data_estate.pseudonym_secret import PseudonymSecret, PseudonymSecretArgs
from infra.model_development.image_registry import ImageRegistry, ImageRegistryArgs
from infra.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs
from infra.monitoring.queue_watch import QueueWatch, QueueWatchArgs
from infra.names import (
    IMAGE_REPOSITORY,
    REQUEST_SOURCE,
    REQUESTS,
    RETRAINING_DUE,
)
from infra.programs.cluster import Namespaces, ReadyCluster, make_cluster, make_namespaces
from infra.programs.foundation import Keys, make_keys, make_storage
from infra.programs.identities import WorkIdentities, make_boundary, make_work_identities
from infra.programs.naming import Holdings, Operations, name_everything, source_mirror
from infra.programs.networking import Networking, make_network
from infra.programs.platform_outputs import PlatformOutputs
from infra.programs.providers import aws_provider
from infra.settings import Settings


def deploy(settings: Settings) -> None:
    """Declare every component of one environment and export its entry points."""
    provider = aws_provider(
        account_id=settings.account_id, region=settings.region, tags=settings.tags
    )
    root = pulumi.ResourceOptions(providers=[provider])

    keys = make_keys(settings, root)
    storage = make_storage(settings, keys, root)
    catalog = CatalogArgs(bucket_name=storage.lakehouse.bucket_name, key_arn=keys.data.arn)
    Catalog("catalog", catalog, root)
    secret = _make_secret(settings, keys, root)
    images = ImageRegistry(
        "images",
        ImageRegistryArgs(
            name=IMAGE_REPOSITORY,
            key_arn=keys.artifacts.arn,
            next_accounts=settings.other_accounts,
            disposable=settings.lakehouse.disposable,
        ),
        root,
    )
    operations = _make_operations(settings, keys, root)
    held = Holdings(
        keys=keys, storage=storage, secret=secret, images=images, operations=operations
    )
    access = name_everything(settings, held)
    boundary = make_boundary(access, root)
    roles = make_work_identities(access, boundary, operations.queue.dead_letter_arn, root)
    network = make_network(settings, keys, boundary, access.buckets, root)
    cluster = make_cluster(settings, keys, network.network, roles.delivery, root)
    namespaces = make_namespaces(settings, cluster.kubeconfig)
    _entry_points(settings, held, roles, network, cluster, namespaces).export()


def _entry_points(
    settings: Settings,
    held: Holdings,
    roles: WorkIdentities,
    network: Networking,
    cluster: ReadyCluster,
    namespaces: Namespaces,
) -> PlatformOutputs:
    keys, storage, operations = held.keys, held.storage, held.operations
    nothing = pulumi.Output.from_input("")
    return PlatformOutputs(
        account_id=pulumi.Output.from_input(settings.account_id),
        region=pulumi.Output.from_input(settings.region),
        cluster_name=cluster.name,
        kubeconfig=cluster.kubeconfig,
        namespace=namespaces.models,
        lakehouse_bucket=storage.lakehouse.bucket_name,
        artifacts_bucket=storage.artifacts.bucket_name,
        audit_bucket=storage.audit.bucket_name,
        mirror_bucket=storage.mirror.bucket_name if storage.mirror else nothing,
        source_mirror_bucket=pulumi.Output.from_input(source_mirror(settings) or ""),
        data_key_arn=keys.data.arn,
        artifacts_key_arn=keys.artifacts.arn,
        messaging_key_arn=keys.messaging.arn,
        signing_key_arn=keys.signing.arn,
        approval_key_arn=keys.approval.arn,
        ledger_key_arn=keys.ledger.arn,
        pseudonym_secret_arn=held.secret.secret_arn if held.secret else nothing,
        image_repository_url=held.images.repository_url,
        image_repository_name=held.images.repository_name,
        data_role_arn=roles.jobs.data.ready,
        training_role_arn=roles.jobs.training.ready,
        packaging_role_arn=roles.jobs.packaging.ready,
        pipeline_role_arn=roles.pipelines.ready,
        scheduler_role_arn=roles.scheduler.ready,
        serving_role_arn=roles.pods.serving.ready,
        collector_role_arn=roles.pods.collector.ready,
        watch_role_arn=roles.pods.watch.ready,
        promoter_role_arn=roles.promoter.ready,
        delivery_role_arn=roles.delivery.ready,
        private_subnet_ids=network.network.subnet_ids,
        jobs_security_group_id=network.jobs.security_group_id,
        delivery_queue_url=operations.queue.queue_url,
        delivery_queue_arn=operations.queue.queue_arn,
        dead_letter_queue_url=operations.queue.dead_letter_url,
        dead_letter_queue_arn=operations.queue.dead_letter_arn,
        operations_table=operations.table.table_name,
        alarm_topic_arn=operations.topic.topic_arn,
    )


def _make_secret(
    settings: Settings, keys: Keys, opts: pulumi.ResourceOptions
) -> PseudonymSecret | None:
    """The key of pseudonyms, only where a mirror is made; losing it breaks old joins."""
    if settings.mirror is None:
        return None
    kept = pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(protect=not settings.lakehouse.disposable)
    )
    return PseudonymSecret("pseudonyms", PseudonymSecretArgs(key_arn=keys.data.arn), kept)


def _make_operations(settings: Settings, keys: Keys, opts: pulumi.ResourceOptions) -> Operations:
    """The queue of delivery, its memory, the people's requests that reach it, its alarms."""
    queue = DeliveryQueue(
        "delivery-queue",
        DeliveryQueueArgs(
            account_id=settings.account_id,
            region=settings.region,
            key_arn=keys.messaging.arn,
        ),
        opts,
    )
    requests = EventRouteArgs(
        description="A person asked for something, or the clock for a retraining",
        source=REQUEST_SOURCE,
        kinds=(*REQUESTS, RETRAINING_DUE),
        queue_arn=queue.queue_arn,
        dead_letter_arn=queue.dead_letter_arn,
    )
    EventRoute("requests", requests, opts)
    topic = AlarmTopic(
        "alarms",
        AlarmTopicArgs(account_id=settings.account_id, key_arn=keys.messaging.arn),
        opts,
    )
    watch = QueueWatchArgs(
        queue_name=queue.queue_name,
        dead_letter_name=queue.dead_letter_name,
        topic_arn=topic.topic_arn,
    )
    QueueWatch("delivery-watch", watch, opts)
    table = OperationsTableArgs(key_arn=keys.data.arn, deletable=settings.lakehouse.disposable)
    return Operations(queue=queue, table=OperationsTable("operations", table, opts), topic=topic)
