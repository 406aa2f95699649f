"""What was fetched answers alike from either of its forms, or is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.canonical import canonical
from ml.deployment.exchange import export
from ml.deployment.formats import dump_model
from ml.deployment.package import PackageError
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, describe_inputs, load_predictor
from ml.deployment.signing import PublicKeys
from ml.deployment.store import fetch_package
from ml.development.inputs import model_inputs
from models.flight_delay.estimator import build
from tests.ml.conftest import Account
from tests.ml.deployment.stored import stored

COLUMNS = {"carrier": "text", "wind": "number"}


def test_both_formats_answer_alike_and_missing_values_are_welcome(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    generator = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"carrier": generator.choice(["AA", "B6"], 500), "wind": generator.normal(size=500)}
    )
    late = (frame["wind"].to_numpy() + (frame["carrier"] == "B6").to_numpy() > 0.5).astype(int)
    pipeline = build(COLUMNS, seed=1, max_iter=10).fit(model_inputs(frame, COLUMNS), late)
    contents = {
        MODEL: dump_model(pipeline),
        INPUTS: canonical(describe_inputs(COLUMNS, "classification")),
    }
    answers = []
    for run, more in (("skops", {}), ("onnx", {EXCHANGE: export(pipeline, COLUMNS)})):
        folder, digest = stored(account, {**contents, **more}, run)
        predictor = load_predictor(fetch_package(folder, tmp_path, keys, digest=digest))
        assert [field.datatype for field in predictor.inputs] == ["BYTES", "FP32"]
        assert (predictor.running is not None) == (run == "onnx")
        asked = {
            "carrier": np.array(["AA", None, "never seen"], dtype=object),
            "wind": np.array([-2.0, np.nan, 2.0], dtype=np.float32),
        }
        answers.append(predictor.predict(asked)["probability"])
        assert answers[-1].shape == (3,)
    assert np.allclose(answers[0], answers[1], atol=1e-5)
    assert 0 <= answers[0].min() < answers[0].max() <= 1


def test_inputs_that_make_no_sense_are_refused(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {INPUTS: canonical({"inputs": [{"name": "a"}]})})
    package = fetch_package(folder, tmp_path, keys, digest=digest)
    with pytest.raises(PackageError, match=r"inputs.json"):
        load_predictor(package)
