"""Promise: after the story the README's tour works, nothing is told twice, the tree is clean."""

from collections.abc import Iterator

import pytest

from tests.acceptance.checkout import Checkout
from tests.acceptance.telling import STAGES, Telling

pytestmark = pytest.mark.engine


def test_the_tour_of_the_readme_works_as_printed(telling: Telling, deployed: Checkout) -> None:
    for line in tour(deployed):
        deployed.shell(line)


def tour(checkout: Checkout) -> Iterator[str]:
    """The commands of the README's tour, with a prediction id for the one that needs it."""
    text = (checkout.root / "README.md").read_text()
    block = text.partition("## The tour")[2].partition("```bash\n")[2].partition("```")[0]
    lines = [line.partition("  #")[0].strip() for line in block.splitlines()]
    asked = checkout.modelyard("predict", "flight_delay", "--env", "prod", "--example", "--json")
    known = asked.json["parameters"]["prediction_id"]
    for line in filter(None, lines):
        if "PREDICTION_ID" in line:
            # The collector records an answer a few seconds after it was given.
            typed = line.replace("PREDICTION_ID", known)
            yield f"for _ in $(seq 60); do {typed} && exit; sleep 1; done; exit 1"
        elif not line.startswith("eval "):
            yield line


def test_told_again_every_stage_is_already_true(telling: Telling, deployed: Checkout) -> None:
    again = deployed.modelyard("up", "--story", "release").told
    assert again.count(": already true: ") == len(STAGES)


def test_the_working_tree_stays_clean(telling: Telling, deployed: Checkout) -> None:
    assert deployed.changes() == ""
