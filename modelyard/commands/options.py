"""Options that several commands share, spelled and completed in one way."""

from typing import Annotated

import typer

from modelyard.catalogue import environments, model_names


def _models() -> list[str]:
    return model_names()


def _environments() -> list[str]:
    return [*environments()]


ModelArgument = Annotated[
    str, typer.Argument(help="A folder under models/.", autocompletion=_models)
]
EnvOption = Annotated[
    str, typer.Option("--env", help="dev, staging or prod.", autocompletion=_environments)
]
MaybeEnvOption = Annotated[
    str | None,
    typer.Option("--env", help="One environment; all by default.", autocompletion=_environments),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
VersionOption = Annotated[
    str | None, typer.Option("--version", help="A registered version, for instance 3.")
]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Follow the work to its end.")]
ReleaseOption = Annotated[
    str | None, typer.Option("--release", help="Git SHA or image digest; the latest by default.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stays in the ledger.")]
