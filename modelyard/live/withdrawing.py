"""Takes back release lines whose package is gone: a pod told to serve one would never start."""

from collections.abc import Callable

from modelyard.delivery.history import append_once
from modelyard.errors import NotUpError, RefusedError
from modelyard.live.endpoint import endpoint
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place
from modelyard.storage import exists, split_uri

Answers = Callable[[Place, str, str], bool]
"""Says whether the endpoint of a model serves a version at this moment."""


def still_answers(place: Place, model: str, version: str) -> bool:
    """Ask the endpoint itself; one that does not exist serves nothing."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        found = endpoint(place, model)
        return found.health().ready and version in found.metadata().get("versions", [])
    except (NotUpError, RefusedError):
        return False
    except ApiException as error:
        if error.status != 404:
            raise
        return False
    except HTTPError as error:
        raise NotUpError(
            f"The cluster of {place.name} does not answer, so nobody knows what it serves.",
            remedy=f"modelyard deploy {place.name}, once it does",
        ) from error


def withdraw_lost(
    place: Place, report: Callable[[str], None], *, answers: Answers = still_answers
) -> None:
    """Withdraw every line whose package is gone, unless its version still answers.

    Buckets go with the platform's stack; the lines are files, and stay.
    """
    lines = ReleaseLines.of(place)
    for model in lines.models():
        live = lines.live(model)
        why_live = why_lost(place, live) if live else ""
        lost = [(e, why) for e in lines.history(model) if (why := why_lost(place, e))]
        if live and why_live and answers(place, model, live["version"]):
            report(
                f"{place.name}: version {live['version']} of {model} still answers, but no pod "
                f"of it can start again: {why_live}"
            )
            why_live = ""
        if not (why_live or lost):
            continue
        _record(place, model, live if why_live else None, why_live, lost)
        lines.forget(model, live=bool(why_live), earlier={line["package"] for line, _ in lost})
        if live and why_live:
            report(f"{place.name}: version {live['version']} of {model} withdrawn: {why_live}")
        for line, why in lost:
            report(
                f"{place.name}: version {line['version']} of {model} is no way back any more: "
                f"{why}"
            )


def why_lost(place: Place, line: Line) -> str:
    """Say why a line cannot be served here; empty if its package is where it has to be."""
    bucket, prefix = split_uri(line["package"])
    own = place.platform.artifacts_bucket
    if bucket != own:
        return f"its package was in the bucket {bucket}, the bucket here is {own}"
    key = f"{prefix.rstrip('/').removesuffix('/manifest.json')}/manifest.json"
    there = exists(place.client("s3"), bucket, key)
    return "" if there else f"s3://{bucket}/{key} does not exist"


def _record(
    place: Place, model: str, live: Line | None, why_live: str, lost: list[tuple[Line, str]]
) -> None:
    # Before the lines change: done again after a crash, it adds nothing.
    packages = "+".join([live["package"] if live else "", *(e["package"] for e, _ in lost)])
    append_once(
        place,
        {
            "operation": f"withdrawn#{model}#{packages}",
            "kind": "withdrawn",
            "model": model,
            "version": live["version"] if live else "",
            "package": live["package"] if live else "",
            "no_way_back": ", ".join(line["version"] for line, _ in lost),
            "actor": place.caller,
            "reason": why_live or lost[0][1],
        },
    )
