"""The job that watches a model by the clock, and the metric that it tells."""

from ml.spec import ModelSpec
from ml.workloads.kinds import Job, Resources

METRIC_NAMESPACE, BREACH = "Modelyard", "Breach"
"""CloudWatch metric of watched signals, dimensions Model and Signal: 1 in a week that broke."""
BREACH_DAYS = 7
"""How far an alarm looks back: a week's verdict lies at its end, the next one's a week later."""


def watcher(spec: ModelSpec) -> Job:
    """Compares a model's complete weeks with what is usual; it goes on where it was cut off."""
    return Job(
        name=f"watch-{spec.kebab}",
        command=("python", "-m", "ml", "watch", "--model", spec.name),
        schedule=spec.monitoring.schedule,
        deadline_seconds=3600,
        # One week of rows, fingerprints of a year of weeks; of slices, two million answers' ids.
        resources=Resources(cpu=0.5, memory_mib=1024),
        environment=(
            "MODELYARD_ENVIRONMENT",
            "MODELYARD_LAKE",
            "MODELYARD_ARTIFACTS",
            "POD_NAME",
        ),
    )
