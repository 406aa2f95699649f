"""Every command that changes something: where Ctrl-C hits it, and what it must say then."""

from dataclasses import dataclass

from tests.modelyard import instant_story, world

APPROVE = ("approve", world.MODEL, "--env", "prod")
WAIVE = ("waive", world.MODEL, "--version", "2", "--reason", "r", "--expires", "2030-01-01")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One command, the call in it that Ctrl-C hits, and what it must say then."""

    words: tuple[str, ...]
    at: str
    state: str
    resume: str
    during: str = ""


CUTS = {
    "down": Cut(
        words=("sandbox", "down", "--yes"),
        at="sandbox.lifecycle.Sandbox.down",
        state="what lived in memory is lost",
        resume="modelyard sandbox down",
    ),
    "reset": Cut(
        words=("sandbox", "reset", "--yes"),
        at="sandbox.lifecycle.Sandbox.reset",
        state="is removed, the rest is still there",
        resume="modelyard sandbox reset",
    ),
    "clock": Cut(
        words=("sandbox", "clock", "advance", "7d"),
        at="sandbox.clock.Clock._ask",
        state="goes on with a move that it has begun",
        resume="modelyard sandbox clock",
    ),
    "approve": Cut(
        words=APPROVE,
        at="modelyard.live.approving.approve_release",
        state="once it is signed it counts",
        resume="modelyard approve flight_delay --env prod   (what was signed stands",
    ),
    "approve a version": Cut(
        words=(*APPROVE, "--version", "2"),
        at="modelyard.live.approving.approve_version",
        state="once it is signed it counts",
        resume="modelyard approve flight_delay --env prod --version 2",
    ),
    "waive": Cut(
        words=WAIVE,
        at="modelyard.live.approving.waive_version",
        state="once it is signed it counts",
        resume="modelyard waive flight_delay --env prod --version 2 --expires 2030-01-01",
    ),
    "release build": Cut(
        words=("release", "build", "--working-tree"),
        at="modelyard.images.build_release",
        state="a release is recorded after its image, whole or not at all",
        resume="modelyard release build --working-tree",
    ),
    "feedback": Cut(
        words=("feedback", world.MODEL, "--from", "labels.csv"),
        at="modelyard.live.asking.post_labels",
        state="labels that were posted stay",
        resume="modelyard feedback flight_delay --env prod --from labels.csv",
    ),
    "story, while the sandbox stops": Cut(
        words=("story", "--from-empty"),
        at="sandbox.lifecycle.Sandbox.down",
        state="what it held is lost",
        resume="make story",
    ),
    "story, before its first stage": Cut(
        words=("story", "--from-empty"),
        at=f"{instant_story.__name__}.sandbox_holds",
        state="the sandbox was stopped and what it held is lost",
        resume="make up",
    ),
    "story, between two stages": Cut(
        words=("up",),
        at=f"{instant_story.__name__}.data_holds",
        state="the stages that are true stay so",
        resume="make up",
        during="between two stages",
    ),
    "story, while the report is written": Cut(
        words=("up",),
        at="modelyard.report.collect.collect",
        state="the story is told and stays so",
        resume="modelyard report",
        during="writing the report",
    ),
}
