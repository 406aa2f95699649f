"""Brings the releases of an environment to what its lines say, of which lost ones go first."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from infra.names import AS_DEPLOYED
from modelyard import stacks
from modelyard.live.withdrawing import withdraw_lost
from modelyard.place import Place
from modelyard.stacks import UpResult


def deploy_releases(
    place: Place, report: Callable[[str], None], variables: Mapping[str, str] | None = None
) -> UpResult:
    """Run the engine on the releases project; the platform's stack is not touched."""
    withdraw_lost(place, report)
    done = stacks.up(place.root, stacks.RELEASES, place.name, report, variables=variables)
    place.forget(stacks.RELEASES)
    return done


def deploy_lines(place: Place, report: Callable[[str], None]) -> UpResult:
    """Run it for the lines alone: of the models' folders all stays as it was deployed last."""
    # Another process may have deployed since this one read what it left.
    place.forget(stacks.RELEASES)
    specs = place.releases.specs
    if not specs:
        # Deployed by a platform that did not keep them: the folders are all there is.
        return deploy_releases(place, report)
    with tempfile.TemporaryDirectory(prefix="as-deployed-") as folder:
        file = Path(folder) / "specs.json"
        file.write_text(json.dumps(specs))
        return deploy_releases(place, report, {AS_DEPLOYED: str(file)})
