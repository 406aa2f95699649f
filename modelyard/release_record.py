"""The record of a pipeline release: commit, image, author, and whether its tree was clean."""

from typing import TYPE_CHECKING, Any

from modelyard import catalogue
from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.storage import bare, list_keys, read_json

if TYPE_CHECKING:
    from modelyard.target import Yard


def key_of(image_digest: str) -> str:
    """Return where a release's record lies in an artifacts bucket."""
    return f"releases/{bare(image_digest)}.json"


def release_record(place: Place, image_digest: str) -> dict[str, Any]:
    """Return a release's record, or refuse: what has no record may not run."""
    found = read_json(place.client("s3"), place.platform.artifacts_bucket, key_of(image_digest))
    if found is None:
        raise RefusedError(
            f"{place.name} has no record of the release {image_digest[:19]}….",
            remedy="modelyard release build",
        )
    return dict(found)


def releases(place: Place) -> list[dict[str, Any]]:
    """Return every release that is recorded, the one that was built last first."""
    s3, bucket = place.client("s3"), place.platform.artifacts_bucket
    found = [read_json(s3, bucket, key) for key in list_keys(s3, bucket, "releases/")]
    known = [dict(each) for each in found if each]
    return sorted(known, key=lambda each: str(each["built_at"]), reverse=True)


def latest_release(place: Place) -> dict[str, Any]:
    """Return the release that was built last."""
    known = releases(place)
    if not known:
        raise RefusedError(
            f"No release has been built for {place.name} yet.", remedy="modelyard release build"
        )
    return known[0]


def find_release(place: Place, reference: str | None) -> dict[str, Any]:
    """Return a release by image digest or git SHA (or its beginning); the latest if not named."""
    if reference is None:
        return latest_release(place)
    s3, bucket = place.client("s3"), place.platform.artifacts_bucket
    known = [read_json(s3, bucket, key) for key in list_keys(s3, bucket, "releases/")]
    wanted = bare(reference)
    fitting = [
        each
        for each in known
        if each
        and (bare(each["image_digest"]).startswith(wanted) or each["git_sha"].startswith(wanted))
    ]
    if len(fitting) == 1:
        return dict(fitting[0])
    listing = ", ".join(
        f"{each['git_sha'][:7]} ({each['image_digest'][:19]}…)" for each in known if each
    )
    what = "no release" if not fitting else f"{len(fitting)} releases"
    raise RefusedError(f'"{reference}" names {what} in {place.name}.', remedy=f"known: {listing}")


def release_for(yard: "Yard", target: str, reference: str | None) -> dict[str, Any]:
    """Return a release that the environment before `target` has, as it is recorded where built.

    Not as the environment before has it: what lies there says what the requester said.
    """
    found = find_release(yard.place(catalogue.environment_before(target)), reference)
    return release_record(yard.place(catalogue.STAGES[0]), found["image_digest"])
