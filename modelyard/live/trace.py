"""From one answer back to everything that made it: version, run, commit, image, table versions."""

from typing import Any

from modelyard import catalogue
from modelyard.errors import RefusedError, UsageError
from modelyard.live.landing import delta
from modelyard.place import Place
from modelyard.storage import read_json, split_uri
from modelyard.versions import versions


def trace(place: Place, prediction_id: str) -> dict[str, Any]:
    """Follow one prediction; refuses when the collector has not seen it (yet)."""
    looked = []
    if not prediction_id.partition("/")[2].isdigit() and "/" in prediction_id:
        raise UsageError(f'"{prediction_id}" is no prediction id.', remedy="ID or ID/ROW")
    for model in catalogue.model_names():
        row = _prediction(place, model, prediction_id)
        looked.append(model)
        if row is not None:
            return {"prediction": row, **_origin(place, model, row)}
    raise RefusedError(
        f"No prediction {prediction_id} is recorded in {place.name} ({', '.join(looked)}).",
        remedy="an answer is recorded a few seconds after it was given; try again, or see --env",
    )


def _prediction(place: Place, model: str, prediction_id: str) -> dict[str, Any] | None:
    table = delta(place, f"predictions/{model}")
    if table is None:
        return None
    import pyarrow.dataset as columns

    # A row of an answer to many is named <prediction id>/<row>.
    named, _, row = prediction_id.partition("/")
    wanted: Any = columns.field("prediction_id") == named
    if row:
        wanted = wanted & (columns.field("row") == int(row))
    found = table.to_pyarrow_dataset().to_table(filter=wanted).to_pylist()
    return dict(found[0]) if found else None


def _origin(place: Place, model: str, row: dict[str, Any]) -> dict[str, Any]:
    number = str(row["version"])
    known = next((each for each in versions(place, model) if each.number == number), None)
    if known is None:
        raise RefusedError(
            f"The answer names version {number} of {model}, which {place.name} does not know.",
            remedy=f"modelyard status --env {place.name}",
        )
    bucket, prefix = split_uri(known.facts["package_uri"])
    base = prefix.rstrip("/").removesuffix("/manifest.json")
    lineage = read_json(place.client("s3"), bucket, f"{base}/lineage.json") or {}
    return {
        "model": model,
        "environment": place.name,
        "version": number,
        "gate": known.gate,
        "run": known.facts["run"],
        "git_sha": known.facts["git_sha"],
        "image_digest": known.facts["image_digest"],
        "package_digest": known.facts["package_digest"],
        "package_uri": known.facts["package_uri"],
        "tables": lineage.get("tables", {}),
        "window": lineage.get("window"),
        "lineage": lineage,
    }
