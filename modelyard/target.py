"""Which world a command acts on: the sandbox on this machine, or AWS; never by accident."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from modelyard import catalogue, checkout
from modelyard.errors import UsageError, unknown
from modelyard.place import Place


class Target(StrEnum):
    """The worlds there are."""

    SANDBOX = "sandbox"
    AWS = "aws"


def chosen(given: str) -> Target:
    """Read `--target`, or say which targets there are."""
    if given not in [*Target]:
        raise unknown("target", given, [*Target], where="--target or MODELYARD_TARGET")
    return Target(given)


TargetOption = Annotated[
    str,
    typer.Option(
        "--target",
        envvar="MODELYARD_TARGET",
        help="sandbox or aws; aws refuses when the caller's account is not the environment's.",
        autocompletion=lambda: [*Target],
    ),
]


@dataclass(frozen=True, kw_only=True)
class Yard:
    """One checkout together with the world that its commands act on."""

    root: Path
    target: Target
    _places: dict[str, Place] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def names(self) -> list[str]:
        """The environments, in the order in which a release travels."""
        return [*catalogue.environments()]

    def place(self, environment: str) -> Place:
        """Return one environment, the same each time: to read a stack's outputs takes the engine.

        On AWS its account is checked before it is handed out.
        """
        if environment not in self._places:
            self._places[environment] = self._open(environment)
        return self._places[environment]

    def places(self, environment: str | None = None) -> list[Place]:
        """Return one environment, or all of them."""
        return [self.place(name) for name in ([environment] if environment else self.names)]

    def _open(self, environment: str) -> Place:
        described = catalogue.environment(environment)
        place = Place(
            name=described.name,
            account=described.account,
            region=described.region,
            root=self.root,
            in_sandbox=self.target is Target.SANDBOX,
        )
        if self.target is Target.AWS:
            place.require_own_account()
        return place


def open_to_change(target: str, environments: Sequence[str]) -> Yard:
    """Enter the chosen world to change environments: they are named before anything is done."""
    from modelyard.output import note

    where = chosen(target)
    known = [catalogue.environment(name) for name in environments]
    named = [
        each.name
        if where is Target.SANDBOX
        else f"{each.name} (account {each.account}, {each.region})"
        for each in known
    ]
    note(f"target: {where}: {', '.join(named)}")
    return open_yard(target)


def open_yard(target: str) -> Yard:
    """Enter the chosen world: its addresses and credentials become this process's environment."""
    yard = Yard(root=checkout.root(), target=chosen(target))
    if yard.target is Target.SANDBOX:
        from modelyard.laptop import enter

        enter(yard.root)
    elif "AWS_ENDPOINT_URL" in os.environ:
        raise UsageError(
            f"--target aws, but AWS_ENDPOINT_URL is {os.environ['AWS_ENDPOINT_URL']}.",
            remedy="unset AWS_ENDPOINT_URL, or leave out --target aws",
        )
    return yard
