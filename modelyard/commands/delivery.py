"""`delivery`: the worker that carries versions into environments, and a look at its work."""

import signal
import threading
from typing import Annotated

import typer

from modelyard import catalogue
from modelyard.commands.options import JsonOption, MaybeEnvOption
from modelyard.output import emit, note, table
from modelyard.target import TargetOption, open_to_change, open_yard

app = typer.Typer(no_args_is_help=True, help="The worker behind every promotion.")


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="delivery")


@app.command()
def run(
    env: Annotated[
        list[str] | None, typer.Option("--env", help="Serve these only; all by default.")
    ] = None,
    target: TargetOption = "sandbox",
) -> None:
    """Serve the delivery queues until stopped; on AWS, one job per environment runs this."""
    names = env or [*catalogue.environments()]
    yard = open_to_change(target, names)
    from modelyard.delivery.machinery import machinery
    from modelyard.delivery.station import Station
    from modelyard.delivery.worker import run as serve

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stations = [
        Station(place=yard.place(name).as_role("delivery"), machinery=machinery(note), report=note)
        for name in names
    ]
    note(f"delivery serves {', '.join(each.place.name for each in stations)}")
    serve(stations, stop)


@app.command("list")
def list_(
    env: MaybeEnvOption = None, target: TargetOption = "sandbox", as_json: JsonOption = False
) -> None:
    """List versions on their way and what each waits for."""
    if env is not None:
        catalogue.environment(env)
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.operations import Operations

    found = []
    for place in open_yard(target).places(env):
        operations = Operations.of(place)
        found += Journeys(operations).open()
    if as_json:
        emit([each.model_dump(mode="json") for each in found])
        return
    table(
        "On their way",
        ["id", "model", "environment", "state", "done", "waits for"],
        [
            (e.id, e.model, e.environment, e.state.value, ", ".join(e.done), e.reason)
            for e in found
        ],
    )
