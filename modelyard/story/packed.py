"""Which releases have a model's folder as it is committed: only those can carry its story."""

from typing import Any

from modelyard.errors import RefusedError, YardError
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.release_record import release_record, releases
from modelyard.source import holds
from modelyard.target import Yard


def carried(yard: Yard, model: str) -> dict[str, Any]:
    """Return the release that carries the story.

    It is the one that production serves already, else the newest that has the folder as it is
    committed; what is committed later goes its way with `modelyard promote`.
    """
    dev = yard.place("dev")
    line = ReleaseLines.of(yard.place("prod")).live(model)
    if line is not None:
        return release_record(dev, line["image"])
    for known in releases(dev):
        if holds(yard.root, known["git_sha"], f"models/{model}"):
            return known
    raise RefusedError(
        f"No release of dev has models/{model} as it is committed.",
        remedy="modelyard release build",
    )


def knows(place: Place, model: str) -> bool:
    """Say whether an environment was brought up with the folder that is committed.

    Then the model has an endpoint, and pods without a version run an image with its folder.
    """
    return model in place.releases.endpoints and _runs(place, model)


def outdated(yard: Yard, model: str) -> bool:
    """Say whether an environment stands whose image was made before the folder was committed."""
    for name in yard.names:
        try:
            if not _runs(yard.place(name), model):
                return True
        except YardError:
            # It does not stand yet, or its image's record has gone: a new one is made anyway.
            continue
    return False


def _runs(place: Place, model: str) -> bool:
    lines = ReleaseLines.of(place)
    if lines.live(model) is not None:
        # Carried there on purpose, also where another folder was committed since.
        return True
    image = lines.runtime_image
    return bool(image) and holds(
        place.root, release_record(place, image)["git_sha"], f"models/{model}"
    )
