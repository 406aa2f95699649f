"""The containers a model needs, as frozen data: what is deployed reads this and nothing else."""

from dataclasses import dataclass, replace
from itertools import pairwise

from ml.spec import ModelSpec

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


METRIC_NAMESPACE, BREACH = "Modelyard", "Breach"
"""CloudWatch metric of watched signals, dimensions Model and Signal: 1 in a week that broke."""
BREACH_DAYS = 7
"""How far an alarm looks back: a week's verdict lies at its end, the next one's a week later."""

TRAINING_PARAMETERS = (
    "Image",
    "Source",
    "Lake",
    "Artifacts",
    "Start",
    "End",
    "Days",
    "Sample",
    "Champion",
    "GitSha",
    "ImageDigest",
    "SigningKey",
    "Environment",
    "Group",
)
DATA_PARAMETERS = ("Image", "Lake", "Mirror", "Secret")

_ART = (("--artifacts", "Artifacts"), ("--run", RUN))


def training_steps(spec: ModelSpec) -> tuple[Step, ...]:
    """From source tables to a registered version."""
    cut = ("Start", "End", "Days", "Sample")
    window = tuple((f"--{name.lower()}", name) for name in cut)
    source = (("--source", "Source"), ("--lake", "Lake"))
    return _chain(
        _step(spec, "features", (*source, *_ART, *window)),
        _step(spec, "train", _ART),
        _step(spec, "evaluate", _ART),
        _step(
            spec,
            "gate",
            (*_ART, ("--champion", "Champion"), ("--signing-key", "SigningKey")),
        ),
        _step(spec, "refit", _ART),
        _step(
            spec,
            "package",
            (
                *_ART,
                ("--image", "ImageDigest"),
                ("--git-sha", "GitSha"),
                ("--signing-key", "SigningKey"),
                ("--environment", "Environment"),
            ),
        ),
        _step(spec, "register", (*_ART, ("--group", "Group"), ("--image", "Image"))),
    )


def data_steps(spec: ModelSpec, *, mirrored: bool = True) -> tuple[Step, ...]:
    """From landed files to curated and as-of tables, and to a mirror where there is one."""
    ingest = _step(spec, "ingest", (("--lake", "Lake"),))
    refresh = _step(spec, "refresh", (("--lake", "Lake"),))
    redact = _step(
        spec, "redact", (("--lake", "Lake"), ("--mirror", "Mirror"), ("--secret", "Secret"))
    )
    # Both only read what is curated.
    readers = (refresh, redact) if mirrored else (refresh,)
    return (ingest, *(replace(each, after=(ingest.name,)) for each in readers))


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


def watcher(spec: ModelSpec) -> Job:
    """Compares a model's complete weeks with what is usual; it goes on where it was cut off."""
    return Job(
        name=f"watch-{spec.kebab}",
        command=("python", "-m", "ml", "watch", "--model", spec.name),
        schedule=spec.monitoring.schedule,
        deadline_seconds=3600,
        # One week of rows, fingerprints of a year of weeks.
        resources=Resources(cpu=0.5, memory_mib=1024),
        environment=(
            "MODELYARD_ENVIRONMENT",
            "MODELYARD_LAKE",
            "MODELYARD_ARTIFACTS",
            "POD_NAME",
        ),
    )


def _chain(first: Step, *others: Step) -> tuple[Step, ...]:
    """Each step after the one before it."""
    pairs = pairwise((first, *others))
    return (first, *(replace(step, after=(before.name,)) for before, step in pairs))


def _step(spec: ModelSpec, name: str, arguments: tuple[tuple[str, str], ...]) -> Step:
    return Step(
        name=name,
        command=("python", "-m", "ml", name, "--model", spec.name),
        arguments=arguments,
        cpu=2.0,
        memory_gib=8.0,
        instance_type="ml.m5.large",
    )
