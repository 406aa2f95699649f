"""The steps that train a model and that keep its data, with what each one asks for."""

from dataclasses import replace
from itertools import pairwise

from ml.spec import ModelSpec
from ml.workloads.kinds import RUN, Step

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
