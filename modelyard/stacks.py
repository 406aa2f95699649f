"""Runs the engine on one stack of an environment, and says in our words why it could not."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import NotUpError, RefusedError

if TYPE_CHECKING:
    from sandbox.engine import Engine

PLATFORM = "platform"
RELEASES = "releases"
POLICY = "policy"
"""The pack that every update is judged by: a second per update, wherever it is started."""

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class UpResult:
    """What one `pulumi up` changed."""

    environment: str
    project: str
    changes: dict[str, int] = field(default_factory=dict)
    """Operation → number of resources; `same` are those left alone."""
    seconds: float

    @property
    def changed(self) -> int:
        """How many resources were created, updated, replaced or deleted."""
        return sum(count for operation, count in self.changes.items() if operation != "same")

    @property
    def resources(self) -> int:
        """How many resources the stack has now."""
        return sum(n for operation, n in self.changes.items() if operation != "delete")


def up(
    root: Path,
    project: str,
    environment: str,
    report: Report,
    *,
    variables: Mapping[str, str] | None = None,
) -> UpResult:
    """Bring a stack to what its program says, unless that breaks a rule of the policy pack.

    `variables` are for the program. Raises with the engine's own diagnosis.
    """
    with _in_our_words(environment, project):
        engine = _engine(root, project, variables)
        done = engine.up(environment, report, policy_pack=root / POLICY)
    return UpResult(
        environment=environment,
        project=project,
        changes=dict(done.operations),
        seconds=done.seconds,
    )


def outputs(root: Path, project: str, environment: str) -> dict[str, Any]:
    """Return a stack's outputs, or say that the environment is not up."""
    from sandbox.engine import EngineError

    remedy = f"modelyard deploy {environment}"
    try:
        found = _engine(root, project).outputs(environment)
    except EngineError as error:
        raise NotUpError(
            f"{environment} has no {project} stack yet ({_first_line(error.message)}).",
            remedy=remedy,
        ) from error
    if not found:
        raise NotUpError(f"The {project} stack of {environment} is empty.", remedy=remedy)
    return found


def _engine(root: Path, project: str, variables: Mapping[str, str] | None = None) -> "Engine":
    from sandbox.engine import Engine

    return Engine(
        {**os.environ, **(variables or {})}, root / "releases" if project == RELEASES else root
    )


@contextmanager
def _in_our_words(environment: str, project: str) -> Iterator[None]:
    from sandbox.engine import EngineError

    try:
        yield
    except EngineError as error:
        raise RefusedError(
            f"{environment}/{project}: {error.message}", remedy=error.remedy
        ) from error


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no reason given"
