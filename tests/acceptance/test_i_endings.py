"""Promise: a part that dies comes back, or the next command says what died; down is down."""

import os
import signal
import time
from typing import Any

import pytest

from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import left
from tests.acceptance.terminal import ctrl_c, read_until
from tests.recovery import Recovery
from tests.sandbox.observed import eventually

pytestmark = pytest.mark.engine

NOT_UP = 3
SHARED = ("registry", "warm-interpreters", "kubernetes-provider", "fork-server", "delivery")
FORGETS = "aws"
"""Killed last, by a test of its own: what it held is lost."""
ENVIRONMENTS = ("dev", "staging", "prod")
OF_A_CLUSTER = ("etcd", "apiserver", "controllers", "scheduler", "node")


def parts(checkout: Checkout) -> dict[str, dict[str, Any]]:
    """The sandbox's parts by name, as its status tells them."""
    shown = checkout.modelyard("sandbox", "status", "--json", code=None).json
    return {each["name"]: each for each in shown["parts"]}


def test_there_is_no_part_of_another_kind(deployed: Checkout) -> None:
    clusters = {f"{part}-{each}" for part in OF_A_CLUSTER for each in ENVIRONMENTS}
    assert set(parts(deployed)) == {FORGETS, *SHARED, *clusters}


@pytest.mark.parametrize("part", [*SHARED, *(f"{each}-staging" for each in OF_A_CLUSTER)])
def test_a_part_that_is_killed_is_restarted(
    deployed: Checkout, part: str, recovery: Recovery
) -> None:
    # The one before it may have taken it along for a moment; it has no process then.
    assert eventually(lambda: parts(deployed)[part]["state"] == "ready")
    before = parts(deployed)[part]
    assert before["pid"]
    os.kill(before["pid"], signal.SIGKILL)
    until = time.monotonic() + 90
    with recovery.within(100, f"{part} killed, until it is ready again"):
        while True:
            now = parts(deployed)[part]
            if now["restarts"] > before["restarts"] and now["state"] == "ready":
                break
            assert time.monotonic() < until, now
            time.sleep(0.5)
    assert now["pid"] != before["pid"]


def test_after_all_that_every_environment_answers(deployed: Checkout) -> None:
    until = time.monotonic() + 180
    while (done := deployed.modelyard("status", code=None)).code != 0:
        assert time.monotonic() < until, done.told
        time.sleep(1)

    def models() -> list[dict[str, Any]]:
        shown = deployed.modelyard("status", "--env", "staging", "--json").json
        return list(shown["environments"][0]["models"])

    def unready() -> list[str]:
        return [pod["name"] for each in models() for pod in each["pods"] if not pod["ready"]]

    assert eventually(lambda: unready() == [], seconds=180)
    assert all(model["address"] for model in models())


def test_a_lost_memory_is_named_with_the_way_out(deployed: Checkout, recovery: Recovery) -> None:
    os.kill(parts(deployed)[FORGETS]["pid"], signal.SIGKILL)
    until = time.monotonic() + 60
    with recovery.within(70, "emulator killed, until commands name it and the way out"):
        while (told := deployed.modelyard("status", code=None)).code == 0 or (
            "lost its memory" not in told.told
        ):
            assert time.monotonic() < until, told.told
            time.sleep(1)
    assert told.code == NOT_UP
    assert "boot" in told.told
    assert "modelyard sandbox down" in told.told


def test_ctrl_c_while_the_sandbox_starts_says_how_to_go_on(deployed: Checkout) -> None:
    with deployed.typed("make", "story") as running:
        shown = read_until(running, r"sandbox: .* ready", seconds=300) + ctrl_c(running)
    assert "interrupted during: the story, stage 1" in shown
    assert "resume: make up" in shown
    assert "Traceback" not in shown


def test_the_story_begins_again_from_empty_environments(deployed: Checkout) -> None:
    with deployed.typed("make", "story") as running:
        shown = read_until(running, r"dev: platform", seconds=600) + ctrl_c(running)
    assert "from empty environments: stopping the sandbox first" in shown
    assert "resume: make up" in shown
    told = deployed.modelyard("status", code=NOT_UP).told
    for environment in ENVIRONMENTS:
        assert f"{environment} is not up" in told


def test_down_says_what_is_lost_and_leaves_no_process(deployed: Checkout) -> None:
    told = deployed.shell("make down").told
    assert "their contents are lost" in told
    assert left(deployed.root) == []
    assert deployed.changes() == ""
