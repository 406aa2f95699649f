"""A model's rules as they were released: read from its signed package, not from the tree."""

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from ml.monitoring.training_cost import Estimate
from ml.spec_operations import Retrain
from modelyard.errors import RefusedError
from modelyard.live.packages import fetched
from modelyard.live.releases import Line
from modelyard.place import Place
from modelyard.versions import Version

SPEC = "spec.json"


@dataclass(frozen=True, kw_only=True)
class RetrainRules:
    """What a model's spec says about retraining by itself."""

    limits: Retrain
    cost: Estimate | None
    dated: bool
    """Whether its rows have a day, so that there is a window to train on."""
    zone: tzinfo = UTC
    """Whose midnights end that day."""


class ReleasedRules:
    """What versions say of themselves; a package is fetched and verified once, it never changes.

    What an edit of models/ says counts from the version on that was made of its release.
    """

    def __init__(self) -> None:
        self._specs: dict[str, dict[str, Any]] = {}

    def approval(self, place: Place, version: Version) -> str:
        """Return a version's own rule: `required`, or `gate` where a passed gate is enough."""
        spec = self._spec(place, version.facts["model"], version.line)
        # Not read as a whole: a person must be able to release what an older platform packaged.
        return str(spec.get("promotion", {}).get("approval", "required"))

    def retraining(self, place: Place, model: str, line: Line) -> RetrainRules:
        """Return the limits under which the version of a release line may be trained again."""
        from pydantic import ValidationError

        from ml.monitoring.training_cost import estimate
        from ml.spec import ModelSpec
        from ml.workloads import training_steps

        document = self._spec(place, model, line)
        try:
            spec = ModelSpec.model_validate({**document, "folder": Path("models", model)})
        except ValidationError as error:
            raise RefusedError(
                f"The spec of version {line['version']} of {model} is none that this platform "
                f"knows: {error.errors()[0]['msg']}.",
                remedy=f"promote a newer release of {model} to {place.name}",
            ) from error
        return RetrainRules(
            limits=spec.retrain,
            cost=estimate(training_steps(spec)),
            dated=spec.data.day is not None,
            zone=spec.data.zone,
        )

    def _spec(self, place: Place, model: str, line: Line) -> dict[str, Any]:
        digest = line["digest"]
        if digest not in self._specs:
            with tempfile.TemporaryDirectory(prefix="package-") as folder:
                package = fetched(place, model, line, Path(folder))
            self._specs[digest] = json.loads(package.read(SPEC))
        return self._specs[digest]
