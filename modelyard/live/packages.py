"""A version's package as it was signed: every byte of it, or the name of the file that changed."""

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import RefusedError
from modelyard.live.releases import Line
from modelyard.place import Place
from modelyard.versions import rejected

if TYPE_CHECKING:
    from ml.deployment.package import Package


def fetched(place: Place, model: str, line: Line, folder: Path) -> "Package":
    """Fetch the package of a release line; raises `StepError` if it is not what was signed."""
    from ml.deployment.signing import PublicKeys
    from ml.deployment.store import Folder, fetch_package

    keys = PublicKeys.from_kms(place.client("kms"), [place.platform.signing_key_arn])
    return fetch_package(
        Folder.at(place.client("s3"), line["package"]),
        folder,
        keys,
        digest=line["digest"],
        model=model,
    )


def require_servable(place: Place, model: str, line: Line) -> None:
    """Refuse a way back that somebody has rejected in the registry, or that is not whole."""
    known = rejected(place, model, line)
    if known is not None:
        raise RefusedError(
            f"Version {known.number} of {model} is no way back in {place.name}: it was rejected "
            f"in the registry ({known.note or 'no reason was given'}).",
            remedy=f"what is live stays; anyone: modelyard retrain {model} --env {place.name}; "
            "whoever may change the registry can take the rejection back (status Approved), "
            "then the same rollback again",
        )
    require_whole(place, model, line)


def require_whole(place: Place, model: str, line: Line) -> None:
    """Refuse a version that no server would serve, while the one that is live is untouched."""
    from ml.failures import StepError

    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        try:
            fetched(place, model, line, Path(folder))
        except StepError as error:
            # Where the files lie in the store, not where they were looked at.
            told = re.sub(rf"{re.escape(folder)}\S*/", f"{line['package']}/", str(error))
            raise RefusedError(
                f"Version {line['version']} of {model} cannot be served in {place.name}: {told}.",
                remedy="what is live stays; restore the object's earlier version in the "
                "artifacts bucket, or modelyard retrain",
            ) from error
