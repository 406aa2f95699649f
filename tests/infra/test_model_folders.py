"""A mistake in one model's folder stops every update before it plans, and says what to do."""

import shutil
from pathlib import Path

import pulumi
import pytest

from infra.programs.model_folders import read_models
from ml.spec import load_models

MODELS = Path("models")


def test_folders_without_mistakes_are_all_read() -> None:
    assert read_models(MODELS) == load_models(MODELS)


def test_one_with_a_mistake_is_named_and_no_other_is_left_out(tmp_path: Path) -> None:
    for name in ("diabetes", "flight_delay"):
        shutil.copytree(MODELS / name, tmp_path / "models" / name)
    spoilt = tmp_path / "models" / "diabetes" / "model.yaml"
    spoilt.write_text(spoilt.read_text().replace("promotion:", "promotoin:"))
    with pytest.raises(pulumi.RunError) as told:
        read_models(tmp_path / "models")
    text = str(told.value)
    assert "models/diabetes/model.yaml: promotoin: unknown section" in text
    assert "nothing was changed" in text
    assert "git stash push -u models" in text
