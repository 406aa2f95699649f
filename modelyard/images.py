"""Builds a release's image and moves it between environments, always by digest."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelyard.delivery.journey import now
from modelyard.errors import RefusedError, UsageError
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.source import Source, source
from modelyard.storage import write_json

STATE = ".modelyard"


def build_release(
    place: Place, report: Callable[[str], None], *, working_tree: bool = False, digest: str = ""
) -> dict[str, Any]:
    """Make the image, push it to the environment's repository and record what it is."""
    with source(place.root, working_tree=working_tree) as made_of:
        _refuse_dirty_on_aws(place, made_of)
        built = digest or _build(place, made_of, report)
        record = {
            "image_digest": built,
            "repository": place.platform.image_repository_url,
            "git_sha": made_of.git_sha,
            "dirty": made_of.dirty,
            "diff_sha256": made_of.diff_sha256,
            "built_by": place.caller,
            "built_at": now(),
        }
    # The first record of a digest stays: who made these bytes does not change by building again.
    write_json(
        place.client("s3"),
        place.platform.artifacts_bucket,
        key_of(built),
        record,
        once=True,
    )
    return record


def copy_into(place: Place, release: dict[str, Any]) -> str:
    """Bring a release's image into the environment's own repository; returns its reference."""
    origin = f"{release['repository']}@{release['image_digest']}"
    target = place.platform.image_repository_url
    reference = f"{target}@{release['image_digest']}"
    if origin == reference:
        return reference
    if place.in_sandbox:
        from sandbox import Layout
        from sandbox.containers import copy_image

        return copy_image(Layout.load(place.root / STATE), origin, target)
    crane = shutil.which("crane")
    if crane is None:
        raise RefusedError("There is no `crane` on PATH.", remedy="python -m tools ensure crane")
    done = subprocess.run(
        [crane, "copy", origin, reference], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RefusedError(f"Copying {origin} failed: {done.stderr.strip()}")
    return reference


def _build(place: Place, made_of: Source, report: Callable[[str], None]) -> str:
    if not place.in_sandbox:
        raise UsageError(
            "On AWS an image is built by CI from the Dockerfile, not on this machine.",
            remedy="modelyard release build --target aws --digest sha256:…   records it",
        )
    from sandbox import Layout
    from sandbox.containers import build_python_image

    return build_python_image(
        Layout.load(place.root / STATE),
        lock=_lock(made_of.folder),
        code={name: made_of.folder / name for name in ("ml", "models")},
        repository=place.platform.image_repository_url,
        labels={"org.opencontainers.image.revision": made_of.git_sha},
        report=report,
    )


def _lock(folder: Path) -> Path:
    return folder / "images" / "workload" / "requirements.txt"


def _refuse_dirty_on_aws(place: Place, made_of: Source) -> None:
    if made_of.dirty and not place.in_sandbox:
        raise RefusedError(
            "A release from uncommitted files is refused on AWS.", remedy="commit, then build"
        )
