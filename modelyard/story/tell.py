"""Tells the story once, or again: all stages in order, traffic, and where the report is."""

from modelyard import checkout
from modelyard.activity import doing
from modelyard.errors import RefusedError, UsageError
from modelyard.laptop import sandbox
from modelyard.output import note, say
from modelyard.story import ground, growth, life, production, slices
from modelyard.story.lengths import FLIGHTS, LAST_STAGE, how_to_go_on
from modelyard.story.replay import MOST_WEEKS
from modelyard.story.stage import Stage, walk
from modelyard.story.subjects import subject_of
from modelyard.story.teller import Teller

LIVE_FROM, LIVE_UNTIL = "prod", "back"
"""Between the ends of these stages production is asked all the time; life asks by itself, and all
the time while a version goes live."""

BUILT = "built.jsonl"
"""What `make` has built for this checkout since the story was told last: one piece a line."""

LIVES = {"weeks": life.stages, "slices": slices.stages}


def tell(
    much: str = "tell",
    *,
    model: str = FLIGHTS,
    from_empty: bool = False,
    weeks: int = MOST_WEEKS,
) -> None:
    """Make every stage true that is not, and say where things are; `much` is a length.

    Of a life `weeks` are lived; a later run goes on with the others. Raises a YardError, before
    anything is brought up, for a model that cannot be told so.
    """
    subject = subject_of(checkout.root(), model, weeks)
    subject.require_ready()
    if weeks != MOST_WEEKS and subject.life != "weeks":
        raise UsageError(
            f"{model} does not live by the week: its rows have no time, or no weeks are left.",
            remedy=f"leave --weeks out: {how_to_go_on(model)}",
        )
    teller = Teller.here(subject, note)
    note(f"target: {teller.yard.target}")
    lost = ""
    if from_empty:
        _empty(teller)
        lost = "the sandbox was stopped and what it held is lost; "
    with doing(
        f"the story of {teller.model}, between two stages",
        state=f"{lost}the stages that are true stay so; none was being made",
        resume=_again(teller),
    ):
        teller.book.adopt(checkout.state_folder() / BUILT)
        _tell_on(teller, much)
    _say_how_to_go_on()


def _empty(teller: Teller) -> None:
    note("from empty environments: stopping the sandbox first")
    with doing(
        "stopping the sandbox, to tell the story from empty environments",
        state="the sandbox ends by itself, and what it held is lost; nothing new was begun",
        resume=how_to_go_on(teller.model, make="story"),
    ):
        sandbox(teller.root).down()
        teller.book.clear()


def _tell_on(teller: Teller, much: str) -> None:
    lived = LIVES.get(teller.subject.life)
    stages = [
        *ground.stages(teller),
        *growth.stages(teller),
        *production.stages(teller),
        *(lived(teller) if lived else []),
    ]
    names = [stage.name for stage in stages]
    # A story without a life ends with the stage before it.
    last = names.index(LAST_STAGE[much]) if LAST_STAGE[much] in names else len(names) - 1
    if much == "none":
        walk(stages[: last + 1], teller.book, note, again=_again(teller))
    else:
        _with_traffic(teller, stages[: last + 1])
        _write_report(teller)


def _again(teller: Teller) -> str:
    return how_to_go_on(teller.model, weeks=teller.subject.weeks)


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
            again=_again(teller),
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

    with doing(
        "writing the report",
        state="the story is told and stays so; the report is that of an earlier run, or none",
        resume="modelyard report",
    ):
        # Delivery, another process, has deployed since the stacks were read.
        teller.forget()
        path = write(collect(teller.yard), checkout.state_folder() / "report.html")
    say(f"\nreport: file://{path}")


def _say_how_to_go_on() -> None:
    launcher = checkout.root() / "bin" / "modelyard"
    say("modelyard and kubectl on PATH, in this shell:")
    say(f'  eval "$({launcher} sandbox env)"')
