"""How much of the story can be asked for; apart, so that asking for help loads no stage."""

LAST_STAGE = {"tell": "life", "release": "back", "none": "environments"}
"""Each length, and the stage that it ends with."""
