"""Brings an environment up: platform, release image, releases; the same code as the story uses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from modelyard import stacks
from modelyard.images import build_release, copy_into
from modelyard.live.deploying import deploy_releases
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.source import head
from modelyard.stacks import UpResult
from modelyard.storage import read_json, write_json
from modelyard.target import Yard

Done = TypeVar("Done")
Report = Callable[[str], None]
Build = Callable[[Place, Report], dict[str, Any]]
"""Makes the release image of the commit that is checked out, and returns its record."""
Copy = Callable[[Place, dict[str, Any]], str]
"""Brings a release's image into an environment."""


@dataclass(frozen=True, kw_only=True)
class BroughtUp:
    """What bringing one environment up did."""

    environment: str
    platform: UpResult
    releases: UpResult


def platform_up(place: Place, report: Report) -> UpResult:
    """Bring the platform of one environment to what its program says."""
    report(f"{place.name}: platform")
    done = stacks.up(place.root, stacks.PLATFORM, place.name, report)
    place.forget(stacks.PLATFORM)
    report(f"{place.name}: platform, {describe(done)}")
    return done


def releases_up(place: Place, report: Report) -> UpResult:
    """Bring the releases of one environment to what its lines say."""
    report(f"{place.name}: releases")
    done = deploy_releases(place, report)
    report(f"{place.name}: releases, {describe(done)}")
    return done


def bring_up(
    yard: Yard, names: list[str], report: Report, *, renew_runtime: bool = False
) -> list[BroughtUp]:
    """Bring environments up side by side: accounts and stacks of their own share nothing."""
    platforms = side_by_side(names, lambda name: platform_up(yard.place(name), report))
    ensure_runtime(yard, names, report, renew=renew_runtime)
    releases = side_by_side(names, lambda name: releases_up(yard.place(name), report))
    return [
        BroughtUp(environment=name, platform=platforms[name], releases=releases[name])
        for name in names
    ]


def side_by_side(names: list[str], work: Callable[[str], Done]) -> dict[str, Done]:
    """Do the same for every environment at once; all end before the first failure is raised."""
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        started = {name: pool.submit(work, name) for name in names}
    return {name: each.result() for name, each in started.items()}


def ensure_runtime(
    yard: Yard,
    names: list[str],
    report: Report,
    *,
    renew: bool = False,
    build: Build = build_release,
    copy: Copy = copy_into,
) -> None:
    """Give environments the image that answers before any version is released.

    One release serves all of them. One that has an image keeps it, unless `renew` asks for the
    commit that is checked out, or the image's record has gone with the environment's bucket.
    """
    wanting = [yard.place(name) for name in names]
    wanting = [place for place in wanting if _wants_runtime(place, renew=renew)]
    if not wanting:
        return
    report("release image of this commit")
    release = build(yard.place(yard.names[0]), report)
    for place in wanting:
        report(f"{place.name}: {copy(place, release)}")
        s3, bucket = place.client("s3"), place.platform.artifacts_bucket
        write_json(s3, bucket, key_of(release["image_digest"]), release, once=True)
        ReleaseLines.of(place).set_runtime_image(release["image_digest"])


def _wants_runtime(place: Place, *, renew: bool) -> bool:
    image = ReleaseLines.of(place).runtime_image
    if not image:
        return True
    record = read_json(place.client("s3"), place.platform.artifacts_bucket, key_of(image))
    return record is None or (renew and record["git_sha"] != head(place.root))


def describe(done: UpResult) -> str:
    """Say in a few words what an update changed."""
    if not done.changed:
        return f"{done.resources} resources, no changes, {done.seconds:.1f} s"
    changes = ", ".join(f"{n} {op}" for op, n in sorted(done.changes.items()) if op != "same")
    return f"{done.resources} resources ({changes}), {done.seconds:.1f} s"
