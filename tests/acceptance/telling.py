"""The release story as somebody tells it who presses Ctrl-C in its stages."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.checkout import Checkout
from tests.acceptance.terminal import ctrl_c, read_until

STAGES = (
    "Sandbox",
    "Environments",
    "Data",
    "Development",
    "Staging",
    "Prod",
    "Second version",
    "And back",
)
INTERRUPTED = (
    (3, r"prod ingest: executing"),
    (4, r"dev train: executing"),
    (5, r"staging flight_delay: training"),
    (6, r"prod flight_delay: train done"),
    (7, r"prod evaluate: executing"),
    (8, r"prod: waiting for version \d+ to answer"),
)
"""Stage, and what it shows at the moment when somebody presses Ctrl-C."""


@dataclass
class Telling:
    """Everything that was shown until the story had been told."""

    shown: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    @property
    def last(self) -> str:
        """What the run showed that came to the end."""
        return self.shown[-1]


def tell(deployed: Checkout) -> Telling:
    """Tell the story, interrupted in every stage that can leave something half done."""
    told = Telling()
    for _, moment in INTERRUPTED:
        with deployed.started("up", "--story", "release") as running:
            shown = read_until(running, moment, seconds=600)
            told.shown.append(shown + ctrl_c(running))
            told.codes.append(running.returncode)
    done = deployed.shell("make up STORY=release", patience=1800)
    told.shown.append(done.told)
    return told


def story(deployed: Checkout, model: str = "flight_delay") -> dict[str, Any]:
    """What the book says of a model's story."""
    told: dict[str, Any] = json.loads((deployed.state / "story.json").read_text())
    return dict(told["stories"][model])
