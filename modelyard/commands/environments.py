"""`up` and `deploy`: the environments, and for a newcomer everything before and after them."""

from typing import Annotated

import typer

from modelyard.activity import doing
from modelyard.catalogue import environment, environments
from modelyard.commands.options import JsonOption
from modelyard.errors import unknown
from modelyard.output import emit, note, say, table
from modelyard.story.lengths import FLIGHTS, LAST_STAGE
from modelyard.story.replay import MOST_WEEKS
from modelyard.target import TargetOption, open_to_change


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(up)
    app.command()(deploy)


def up(
    story: Annotated[
        str,
        typer.Option(
            help="tell: carry a model into production and live half a year; "
            "release: without the half year; none: environments only."
        ),
    ] = "tell",
    model: Annotated[
        str,
        typer.Option(help="Whose story: a model that was made from a file of yours has one too."),
    ] = FLIGHTS,
    weeks: Annotated[
        int,
        typer.Option(
            min=1,
            max=MOST_WEEKS,
            help="How many weeks of the half year are lived; a later run goes on with the others.",
        ),
    ] = MOST_WEEKS,
) -> None:
    """Bring sandbox and environments up, tell the story once, and say where the report is."""
    if story not in LAST_STAGE:
        raise unknown("story", story, [*LAST_STAGE], where="--story")
    from modelyard.story.tell import tell

    tell(story, model=model, weeks=weeks)


def deploy(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ENV]...", help="All by default.")
    ] = None,
    renew_runtime: Annotated[
        bool,
        typer.Option(
            "--renew-runtime", help="Build the image of pods without a version from this commit."
        ),
    ] = False,
    target: TargetOption = "sandbox",
    as_json: JsonOption = False,
) -> None:
    """Run the engine on platform and releases of the environments named."""
    for name in names or []:
        environment(name)
    chosen = names or [*environments()]
    yard = open_to_change(target, chosen)
    from modelyard.bring_up import bring_up

    with doing(
        f"deploy of {', '.join(chosen)} ({yard.target})",
        state="what the engine had finished stays up and is recorded in its state",
        resume=f"modelyard deploy {' '.join(chosen)}",
    ):
        done = bring_up(yard, chosen, note, renew_runtime=renew_runtime)
    if as_json:
        emit(done)
        return
    table(
        "Environments",
        ["environment", "project", "resources", "changed", "seconds"],
        [
            (
                each.environment,
                result.project,
                result.resources,
                result.changed,
                f"{result.seconds:.1f}",
            )
            for each in done
            for result in (each.platform, each.releases)
        ],
    )
    say("modelyard status shows what is live.")
