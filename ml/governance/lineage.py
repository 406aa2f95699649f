"""Where a model version comes from: enough to make it again, and to answer for it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

FORMAT = "modelyard-lineage-v1"
LIBRARIES = (
    "scikit-learn",
    "numpy",
    "polars",
    "skops",
    "skl2onnx",
    "onnx",
    "onnxruntime",
    "ibis-framework",
    "duckdb",
    "deltalake",
)
"""What decides the bytes of a model, apart from the code and the data."""

_FITTED = (
    "refitted",
    "reason",
    "fitted_on",
    "rows",
    "last_label_day",
    "digest",
    "mean_difference",
    "judged",
)
"""What lineage says of the model that is served, and of the candidate that was judged."""


def library_versions() -> dict[str, str]:
    """The installed version of every library that decides a model's bytes."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def build_lineage(
    *,
    identity: Mapping[str, str],
    features: Mapping[str, Any],
    training: Mapping[str, Any],
    served: Mapping[str, Any],
    champion: str | None,
) -> dict[str, Any]:
    """One record from model to run, code, image, exact tables, window, seed and libraries.

    `fitted` tells what the served model learned from; the figures are of the judged one.
    """
    return {
        "format": FORMAT,
        **identity,
        "source": features.get("source"),
        "tables": list(features.get("tables", ())),
        "feature_table": features.get("feature_table"),
        "window": features.get("window"),
        "sample": features.get("sample"),
        "rows": {
            "training": training["rows"],
            "training_last_day": training["last_label_day"],
            "training_sha256": training["training_sha256"],
            "holdout_sha256": training["holdout_sha256"],
        },
        "fitted": {key: served[key] for key in _FITTED},
        "seed": training["seed"],
        "parameters": training["parameters"],
        "champion": champion,
        "libraries": training["libraries"],
    }
