"""What can be named on the command line: environments and models, read without heavy imports."""

from dataclasses import dataclass
from pathlib import Path

from modelyard.checkout import root
from modelyard.errors import UsageError, unknown

STAGES = ("dev", "staging", "prod")
"""The order in which a release travels; an environment may only receive from the one before it."""


@dataclass(frozen=True, kw_only=True)
class EnvironmentFile:
    """What a tracked stack file says of an environment before anything is running."""

    name: str
    account: str
    region: str
    path: Path


def environments() -> dict[str, EnvironmentFile]:
    """Read the tracked stack files, in the order in which a release travels."""
    found = {}
    for name in sorted(_stack_names(), key=_stage_order):
        found[name] = _read(root() / f"Pulumi.{name}.yaml", name)
    return found


def environment(name: str) -> EnvironmentFile:
    """Return one environment, or say which exist."""
    names = _stack_names()
    if name not in names:
        raise unknown("environment", name, names, where=str(root()))
    return _read(root() / f"Pulumi.{name}.yaml", name)


def environment_before(name: str) -> str:
    """Return where a release must have been proven before it may enter `name`."""
    environment(name)
    position = _stage_order(name)
    if position == 0:
        raise UsageError(
            f"Nothing is promoted to {name}: releases start there.",
            remedy=f"modelyard train MODEL --env {name}",
        )
    return STAGES[position - 1]


def model_names() -> list[str]:
    """List the model folders."""
    return sorted(path.parent.name for path in (root() / "models").glob("*/model.yaml"))


def model(name: str) -> str:
    """Return the model's name in snake_case (its kebab form is understood), or say which exist."""
    names = model_names()
    wanted = name.replace("-", "_")
    if wanted not in names:
        raise unknown("model", name, names, where=str(root() / "models"))
    return wanted


def kebab(name: str) -> str:
    """Spell a model's name as AWS and Kubernetes want it."""
    return name.replace("_", "-")


def _stack_names() -> list[str]:
    return [path.name.split(".")[1] for path in root().glob("Pulumi.*.yaml")]


def _stage_order(name: str) -> int:
    return STAGES.index(name) if name in STAGES else len(STAGES)


def _read(path: Path, name: str) -> EnvironmentFile:
    import yaml

    try:
        document = yaml.safe_load(path.read_text())
        settings = document["config"]["modelyard:platform"]
        return EnvironmentFile(
            name=name,
            account=str(settings["accounts"][name]),
            region=str(settings["region"]),
            path=path,
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: cannot read the environment's account and region ({error}).",
            remedy="config.modelyard:platform needs `region` and `accounts`",
        ) from error
