"""The search of a sample learns from most of it, as the search of all rows does."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ml.data.training_set import sampled
from ml.development.search import _inner
from ml.development.split import split_by_hash
from ml.spec import ModelSpec, load_model


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    """A model without days, whose holdouts are cut by a hash of the key."""
    return load_model(Path("models/diabetes"))


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5, 1.0])
def test_a_quarter_is_held_out_whatever_the_sample(spec: ModelSpec, share: float) -> None:
    """With the sample's own seed a small sample would be all holdout."""
    frame = pl.DataFrame({"key_patient": [f"p{n}" for n in range(8000)]})
    seed = spec.estimator.seed
    outer = split_by_hash(frame, keys=["key_patient"], fraction=0.25, seed=seed)
    rows = sampled(spec, outer.training, share)
    assert _inner(rows, spec).holdout.height / rows.height == pytest.approx(0.25, abs=0.05)
