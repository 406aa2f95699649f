"""What stays up: an endpoint for each model, and one collector for all."""

from ml.spec import ModelSpec
from ml.workloads.kinds import Probes, Resources, Workload


def server(spec: ModelSpec) -> Workload:
    """The endpoint of one model."""
    return Workload(
        name=spec.kebab,
        command=("python", "-m", "ml", "serve"),
        port=8080,
        probes=Probes(),
        resources=Resources(cpu=spec.serving.cpu, memory_mib=spec.serving.memory_mib),
        environment=(
            "MODELYARD_MODEL",
            "MODELYARD_VERSION",
            "MODELYARD_PACKAGE_URI",
            "MODELYARD_PACKAGE_DIGEST",
            "MODELYARD_SIGNING_KEY_ARN",
            "MODELYARD_ENVIRONMENT",
            "MODELYARD_CAPTURE_URI",
            "MODELYARD_LAKE",
            "POD_IP",
            "POD_NAME",
        ),
    )


def collector() -> Workload:
    """Merges every model's capture segments into tables; one per environment."""
    return Workload(
        name="collector",
        command=("python", "-m", "ml", "collect"),
        port=8080,
        probes=Probes(),
        resources=Resources(cpu=0.25, memory_mib=512),
        environment=("MODELYARD_ENVIRONMENT", "MODELYARD_LAKE", "POD_IP", "POD_NAME"),
    )
