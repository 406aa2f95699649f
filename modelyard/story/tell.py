"""Tells the story once, or again: all stages in order, traffic, and where the report is."""

from modelyard import checkout
from modelyard.errors import RefusedError
from modelyard.laptop import sandbox
from modelyard.output import note, say
from modelyard.story import ground, growth, life, production, slices
from modelyard.story.lengths import FLIGHTS, LAST_STAGE, how_to_go_on
from modelyard.story.stage import Stage, walk
from modelyard.story.subjects import subject_of
from modelyard.story.teller import Teller

LIVE_FROM, LIVE_UNTIL = "prod", "back"
"""Between the ends of these stages production is asked all the time; life asks by itself, and all
the time while a version goes live."""

LIVES = {"weeks": life.stages, "slices": slices.stages}


def tell(much: str = "tell", *, model: str = FLIGHTS, from_empty: bool = False) -> None:
    """Make every stage true that is not, and say where things are; `much` is a length.

    Raises a YardError, before anything is brought up, for a model that cannot be told.
    """
    subject = subject_of(checkout.root(), model)
    subject.require_ready()
    teller = Teller.here(subject, note)
    note(f"target: {teller.yard.target}")
    if from_empty:
        note("from empty environments: stopping the sandbox first")
        sandbox(teller.root).down()
        teller.book.clear()
    stages = [
        *ground.stages(teller),
        *growth.stages(teller),
        *production.stages(teller),
        *(LIVES[subject.life](teller) if subject.life in LIVES else []),
    ]
    names = [stage.name for stage in stages]
    # A story without a life ends with the stage before it.
    last = names.index(LAST_STAGE[much]) if LAST_STAGE[much] in names else len(names) - 1
    if much == "none":
        walk(stages[: last + 1], teller.book, note, again=how_to_go_on(teller.model))
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
        walk(
            stages,
            teller.book,
            note,
            again=how_to_go_on(teller.model),
            between=between,
        )
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
