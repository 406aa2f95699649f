"""Real rows as V2 requests, for smoke and load tests, `predict --example` and the story."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from modelyard.errors import NotUpError
from modelyard.place import Place
from modelyard.storage import read_json, split_uri

FLOATS = {"FP32", "FP64"}


def inputs_of(place: Place, package_uri: str) -> list[dict[str, Any]]:
    """Return the V2 inputs that a package declares."""
    bucket, prefix = split_uri(package_uri)
    key = f"{prefix.rstrip('/').removesuffix('/manifest.json')}/inputs.json"
    found = read_json(place.client("s3"), bucket, key)
    if found is None:
        raise NotUpError(
            f"The package {package_uri} has no inputs.json.",
            remedy="train the version again: modelyard train MODEL --env ENV",
        )
    return list(found["inputs"]) if isinstance(found, dict) else list(found)


def rows_of(place: Place, model: str, run: str, *, count: int, skip: int = 0) -> Any:
    """Return rows of the run's holdout, evenly spread, as a polars frame."""
    frame = _frame(place, model, run, "holdout")
    step = max(1, frame.height // max(1, count))
    return frame.gather_every(step, offset=skip % step).head(count)


def drawn_rows(place: Place, model: str, run: str, *, count: int) -> Any:
    """Return so many of the run's labelled rows, or all, in a random order that stays the same."""
    import polars

    parts = [_frame(place, model, run, part) for part in ("training", "holdout")]
    known = polars.concat(parts).drop_nulls("label")
    return known.sample(min(count, known.height), shuffle=True, seed=0)


def _frame(place: Place, model: str, run: str, part: str) -> Any:
    import polars

    key = f"runs/{model}/{run}/{part}.parquet"
    body = place.client("s3").get_object(Bucket=place.platform.artifacts_bucket, Key=key)["Body"]
    return polars.read_parquet(io.BytesIO(body.read()))


def request(inputs: Sequence[Mapping[str, Any]], frame: Any, *, id: str = "") -> dict[str, Any]:
    """Return one V2 request that asks about every row of the frame."""
    tensors = [
        {
            "name": each["name"],
            "shape": [frame.height],
            "datatype": each["datatype"],
            "data": [_value(value, each["datatype"]) for value in frame[each["name"]].to_list()],
        }
        for each in inputs
    ]
    return {"id": id, "inputs": tensors} if id else {"inputs": tensors}


def single_requests(inputs: Sequence[Mapping[str, Any]], frame: Any) -> list[bytes]:
    """Return one prepared request body per row."""
    return [
        json.dumps(request(inputs, frame.slice(row, 1))).encode() for row in range(frame.height)
    ]


def _value(value: Any, datatype: str) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if datatype in FLOATS:
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int) else str(value)
