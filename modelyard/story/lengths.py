"""What can be asked of the story: how much, and of whom; apart, so that help loads no stage."""

from modelyard.story.replay import MOST_WEEKS

LAST_STAGE = {"tell": "life", "release": "back", "none": "environments"}
"""Each length, and the stage that it ends with."""
FLIGHTS = "flight_delay"
"""The model of the platform's own story."""


def how_to_go_on(model: str, *, make: str = "up", weeks: int = MOST_WEEKS) -> str:
    """The command that goes on with a model's story; `make story` tells it anew."""
    words = [f"make {make}"]
    if model != FLIGHTS:
        words.append(f"MODEL={model}")
    if weeks != MOST_WEEKS:
        words.append(f"WEEKS={weeks}")
    return " ".join(words)


def first_weeks(weeks: int) -> str:
    """So many weeks from the first on, in words."""
    return "the first week" if weeks == 1 else f"the first {weeks} weeks"
