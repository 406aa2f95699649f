"""Tells the story once, or again: all stages in order, traffic, and where the report is."""

from modelyard import checkout
from modelyard.errors import RefusedError
from modelyard.laptop import sandbox
from modelyard.output import note, say
from modelyard.story import ground, growth, life, production
from modelyard.story.lengths import LAST_STAGE
from modelyard.story.stage import Stage, walk
from modelyard.story.teller import Teller

LIVE_FROM, LIVE_UNTIL = "prod", "back"
"""Between the ends of these stages production is asked all the time; life asks by itself."""


def tell(much: str = "tell", *, from_empty: bool = False) -> None:
    """Make every stage true that is not, and say where things are; `much` is a length."""
    teller = Teller.here(note)
    note(f"target: {teller.yard.target}")
    if from_empty:
        note("from empty environments: stopping the sandbox first")
        sandbox(teller.root).down()
        teller.book.clear()
    stages = [
        *ground.stages(teller),
        *growth.stages(teller),
        *production.stages(teller),
        *life.stages(teller),
    ]
    last = [stage.name for stage in stages].index(LAST_STAGE[much])
    if much == "none":
        walk(stages[: last + 1], teller.book, note)
    else:
        _with_traffic(teller, stages[: last + 1])
        _write_report(teller)
    _say_how_to_go_on()


def _with_traffic(teller: Teller, stages: list[Stage]) -> None:
    asked = [stage.name for stage in stages]

    def between(name: str) -> None:
        if asked.index(LIVE_FROM) <= asked.index(name) < asked.index(LIVE_UNTIL):
            teller.traffic.start()
        else:
            teller.traffic.stop()

    try:
        walk(stages, teller.book, note, between=between)
    finally:
        teller.traffic.stop()
        facts = teller.traffic.facts()
        if facts["requests"]:
            teller.book.add_traffic(facts)
    note(f"the background client sent {facts['requests']:,} requests, {facts['failed']} failed")
    if facts["failed"]:
        first = facts["failures"][0]["what"]
        raise RefusedError(
            f"{facts['failed']} of {facts['requests']} requests failed during the story: {first}",
            remedy="modelyard status; modelyard sandbox logs node-prod",
        )


def _write_report(teller: Teller) -> None:
    from modelyard.report.collect import collect
    from modelyard.report.render import write

    path = write(collect(teller.yard), checkout.state_folder() / "report.html")
    say(f"\nreport: file://{path}")


def _say_how_to_go_on() -> None:
    launcher = checkout.root() / "bin" / "modelyard"
    say("modelyard and kubectl on PATH, in this shell:")
    say(f'  eval "$({launcher} sandbox env)"')
