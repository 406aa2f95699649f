"""One model's endpoint with its identity."""

from __future__ import annotations

from typing import Any

from infra.model_deployment.endpoint import Endpoint, EndpointArgs
from infra.model_deployment.pod_account import PodAccount, PodAccountArgs
from infra.names import server_account
from infra.programs.release_scope import ReleaseScope
from ml.spec import ModelSpec
from ml.workloads import server


def make_endpoint(scope: ReleaseScope, spec: ModelSpec) -> dict[str, Any] | None:
    """Serve a model's live version, or say 503 until there is one; none without an image."""
    image = scope.image(spec.name)
    if image is None:
        return None
    platform, line = scope.platform, scope.live(spec.name)
    account = PodAccount(
        f"{spec.kebab}-access",
        PodAccountArgs(
            name=server_account(spec.kebab),
            namespace=platform.namespace,
            cluster_name=platform.cluster_name,
            role_arn=platform.serving_role_arn,
        ),
        scope.cloud,
    )
    endpoint = Endpoint(
        spec.kebab,
        EndpointArgs(
            workload=server(spec),
            image=image,
            namespace=platform.namespace,
            service_account=account.account_name,
            environment={
                "AWS_REGION": scope.settings.region,
                "MODELYARD_CAPTURE_DIR": "/var/lib/modelyard/capture",
                "MODELYARD_CAPTURE_URI": scope.lake.apply(
                    lambda lake: f"{lake}/capture/{spec.name}"
                ),
                "MODELYARD_ENVIRONMENT": scope.settings.environment,
                "MODELYARD_LAKE": scope.lake,
                "MODELYARD_MODEL": spec.name,
                "MODELYARD_PACKAGE_DIGEST": line.digest if line else "",
                "MODELYARD_PACKAGE_URI": line.package if line else "",
                "MODELYARD_SIGNING_KEY_ARN": platform.signing_key_arn,
                "MODELYARD_VERSION": line.version if line else "",
            },
            minimum_replicas=spec.serving.replicas.minimum,
            maximum_replicas=spec.serving.replicas.maximum,
            caller_namespaces=tuple(sorted({each.namespace for each in spec.consumers})),
        ),
        scope.cloud,
    )
    return {
        "service": endpoint.service_name,
        "namespace": platform.namespace,
        "port": endpoint.port,
        "version": line.version if line else "",
    }
