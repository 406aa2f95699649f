"""Everything made from models/ in one environment, top to bottom."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.model_deployment.capture_collector import CaptureCollector, CaptureCollectorArgs
from infra.model_deployment.pod_account import PodAccount, PodAccountArgs
from infra.names import COLLECTOR_ACCOUNT, WATCH_ACCOUNT
from infra.programs.endpoints import make_endpoint
from infra.programs.model_folders import texts_of
from infra.programs.pipelines import make_pipelines
from infra.programs.platform_outputs import PlatformOutputs
from infra.programs.providers import aws_provider, kubernetes_provider
from infra.programs.release_scope import ReleaseScope
from infra.programs.watching import make_drift_alarms, make_schedule, make_watching
from infra.release_settings import ReleaseSettings
from ml.spec import ModelSpec
from ml.workloads import collector


def deploy(settings: ReleaseSettings, models: Mapping[str, ModelSpec]) -> None:
    """Declare the pipelines, groups and endpoints of every model, and export their names."""
    settings.must_know(models)
    platform = PlatformOutputs.read(settings.platform_stack)
    scope = ReleaseScope(
        settings=settings,
        platform=platform,
        cloud=pulumi.ResourceOptions(
            providers=[
                aws_provider(
                    account_id=settings.account_id, region=settings.region, tags=settings.tags
                ),
                kubernetes_provider(platform.kubeconfig),
            ]
        ),
    )

    made = {name: make_pipelines(scope, spec) for name, spec in models.items()}
    endpoints = {
        name: endpoint
        for name, spec in models.items()
        if (endpoint := make_endpoint(scope, spec)) is not None
    }
    _make_collector(scope)
    watching = _make_watching(scope, models)
    schedules = {name: make_schedule(scope, spec) for name, spec in models.items()}

    pulumi.export("endpoints", endpoints)
    pulumi.export("training_pipelines", {name: each.training for name, each in made.items()})
    pulumi.export("data_pipelines", {name: each.data for name, each in made.items()})
    pulumi.export("model_groups", {name: each.group for name, each in made.items()})
    pulumi.export("watch_jobs", {name: job for name, job in watching.items() if job})
    pulumi.export("specs", texts_of(models))
    pulumi.export("schedules", {name: each for name, each in schedules.items() if each})


def _make_watching(
    scope: ReleaseScope, models: Mapping[str, ModelSpec]
) -> dict[str, pulumi.Output[str] | None]:
    """The alarms of every model, and the jobs that feed them, which share one identity."""
    account = None
    if scope.image(None) is not None:
        access = PodAccountArgs(
            name=WATCH_ACCOUNT,
            namespace=scope.platform.namespace,
            cluster_name=scope.platform.cluster_name,
            role_arn=scope.platform.watch_role_arn,
        )
        account = PodAccount("watch-access", access, scope.cloud).account_name
    for spec in models.values():
        make_drift_alarms(scope, spec)
    return {name: make_watching(scope, spec, account) for name, spec in models.items()}


def _make_collector(scope: ReleaseScope) -> None:
    """One collector for all models, from the first release image on."""
    image = scope.image(None)
    if image is None:
        return
    platform = scope.platform
    account = PodAccount(
        "collector-access",
        PodAccountArgs(
            name=COLLECTOR_ACCOUNT,
            namespace=platform.namespace,
            cluster_name=platform.cluster_name,
            role_arn=platform.collector_role_arn,
        ),
        scope.cloud,
    )
    CaptureCollector(
        "collector",
        CaptureCollectorArgs(
            workload=collector(),
            image=image,
            namespace=platform.namespace,
            service_account=account.account_name,
            environment={
                "AWS_REGION": scope.settings.region,
                "MODELYARD_ENVIRONMENT": scope.settings.environment,
                "MODELYARD_LAKE": scope.lake,
            },
        ),
        scope.cloud,
    )
