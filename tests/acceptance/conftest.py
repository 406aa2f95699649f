"""One sandbox for the whole story of the acceptance tests; nothing of it outlives them.

MODELYARD_ACCEPTANCE_ROOT names a folder whose sandbox is used again and left running, for
whoever writes these tests.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.checkout import Checkout, Done
from tests.acceptance.telling import Telling, tell
from tests.sandbox.observed import eventually


@pytest.fixture(scope="package")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout with a running sandbox, and the proof that nothing of it is left."""
    named = os.environ.get("MODELYARD_ACCEPTANCE_ROOT")
    root = Path(named) if named else tmp_path_factory.mktemp("acceptance") / "checkout"
    if root.exists():
        made = Checkout(root)
        made.sync()
    else:
        made = Checkout.make(root)
    try:
        # Its parts have tests of their own that count their lines; here they would be twice as
        # slow for it. The commands are counted.
        made.modelyard("sandbox", "up", measured=False)
        yield made
    finally:
        if not named:
            made.modelyard("sandbox", "down", "--yes")
    if not named:
        assert left(root) == []
        assert mounts(root) == []


@pytest.fixture(scope="package")
def deployed(checkout: Checkout) -> Checkout:
    """The checkout once all three environments are up."""
    if checkout.modelyard("status", code=None).code != 0:
        told = checkout.shell("make up STORY=none", patience=1800).told
        assert "[2/2] Environments" in told
        assert "[3/" not in told
        assert "modelyard and kubectl on PATH" in told
    return checkout


@pytest.fixture(scope="package")
def telling(deployed: Checkout) -> Telling:
    """The story as it was told, once for all that it promises."""
    return tell(deployed)


@pytest.fixture(scope="package")
def first_version(deployed: Checkout) -> Checkout:
    """The checkout once a version of diabetes is live in dev."""
    if not live_version(deployed):
        # Development reads the redacted mirror, which production's data pipeline makes.
        deployed.modelyard("data", "land", "diabetes", "--env", "prod")
        deployed.modelyard("train", "diabetes", "--env", "dev")
    return deployed


def live_version(checkout: Checkout, environment: str = "dev") -> str:
    """The version of diabetes that is live, or nothing."""
    return str(diabetes(checkout, environment)["version"])


def diabetes(checkout: Checkout, environment: str = "dev") -> dict[str, object]:
    """What `status` says of diabetes."""
    shown: Done = checkout.modelyard("status", "--env", environment, "--json")
    models = shown.json["environments"][0]["models"]
    return next(dict(each) for each in models if each["model"] == "diabetes")


def processes(root: Path) -> list[str]:
    """Processes that run anything of the checkout in this folder, as `ps` would show them."""
    return [f"{each.pid} {' '.join(each.info['cmdline'] or [])}" for each in of_the_sandbox(root)]


def left(root: Path) -> list[str]:
    """Those that are there still when the last one had time to end: it gives up its lock first."""
    eventually(lambda: processes(root) == [], seconds=10)
    return processes(root)


def of_the_sandbox(root: Path) -> list[psutil.Process]:
    """Processes whose command or folder lies in the checkout."""
    return [
        each
        for each in psutil.process_iter(["cmdline", "cwd"])
        if str(root) in " ".join(each.info["cmdline"] or [])
        or str(each.info["cwd"]).startswith(str(root))
    ]


def mounts(root: Path) -> list[str]:
    """Mount points in this folder."""
    return [
        line
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if f" {root}/" in line
    ]
