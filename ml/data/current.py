"""Where the object lies that names the as-of tables which belong together."""

FOLDER, CURRENT = "asof", "current.json"


def current_key(model: str) -> str:
    """Its key below the lake's root."""
    return f"{FOLDER}/{model}/{CURRENT}"
