"""What can be asked of the story: how much, and of whom; apart, so that help loads no stage."""

LAST_STAGE = {"tell": "life", "release": "back", "none": "environments"}
"""Each length, and the stage that it ends with."""
FLIGHTS = "flight_delay"
"""The model of the platform's own story."""


def how_to_go_on(model: str) -> str:
    """The command that goes on with a model's story."""
    return "make up" if model == FLIGHTS else f"make up MODEL={model}"
