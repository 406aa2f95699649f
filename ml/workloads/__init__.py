"""The containers a model needs, as frozen data: what is deployed reads this and nothing else."""

from ml.workloads.kinds import RUN, Job, Probes, Resources, Step, Workload
from ml.workloads.pipelines import DATA_PARAMETERS, TRAINING_PARAMETERS, data_steps, training_steps
from ml.workloads.services import collector, server
from ml.workloads.watching import BREACH, BREACH_DAYS, METRIC_NAMESPACE, watcher

__all__ = [
    "BREACH",
    "BREACH_DAYS",
    "DATA_PARAMETERS",
    "METRIC_NAMESPACE",
    "RUN",
    "TRAINING_PARAMETERS",
    "Job",
    "Probes",
    "Resources",
    "Step",
    "Workload",
    "collector",
    "data_steps",
    "server",
    "training_steps",
    "watcher",
]
