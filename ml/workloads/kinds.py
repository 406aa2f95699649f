"""The kinds of container there are: a pipeline's step, what stays up, what starts by the clock."""

from dataclasses import dataclass

RUN = "Run"
"""Stands for the pipeline's own execution id wherever an argument asks for the run."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One container of a pipeline."""

    name: str
    command: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...]
    """Flag and the pipeline parameter that fills it (`RUN` for the execution id)."""
    cpu: float
    memory_gib: float
    instance_type: str
    after: tuple[str, ...] = ()
    """Steps that must have succeeded before it starts; listed before it."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The pipeline parameters this step reads."""
        return tuple(name for _, name in self.arguments if name != RUN)


@dataclass(frozen=True, kw_only=True)
class Probes:
    """Paths by which the kubelet asks a pod how it is; independent of any model's health."""

    live: str = "/healthz/live"
    ready: str = "/healthz/ready"


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What the scheduler reserves for one replica."""

    cpu: float
    memory_mib: int


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A container that stays up; its environment is filled in by whoever deploys it."""

    name: str
    command: tuple[str, ...]
    port: int
    probes: Probes
    resources: Resources
    environment: tuple[str, ...]
    """Variables that must be set, even if empty."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A container that starts by the clock and ends; its environment is filled in likewise."""

    name: str
    command: tuple[str, ...]
    schedule: str
    """Minute, hour, day of month, month, day of week, in UTC."""
    deadline_seconds: int
    """After this long it is stopped; the next hour of the clock starts it again."""
    resources: Resources
    environment: tuple[str, ...]
