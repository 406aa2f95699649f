"""A mistake in one model's folder stops every update before it plans, but not the way back."""

import json
import shutil
from pathlib import Path

import pulumi
import pytest

from infra.names import AS_DEPLOYED
from infra.programs.model_folders import models_to_deploy, read_models
from ml.spec import load_models
from tests.infra.stacks import releases_of

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


@pytest.fixture
def as_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The specs that a stack kept when it was deployed last, for an update that asks for them."""
    file = tmp_path / "specs.json"
    file.write_text(json.dumps(releases_of("prod").exports["specs"]))
    monkeypatch.setenv(AS_DEPLOYED, str(file))
    return file


def test_what_a_stack_kept_is_what_its_folders_said(as_deployed: Path) -> None:
    assert models_to_deploy(MODELS) == load_models(MODELS)


def test_an_update_that_asks_for_it_reads_no_folder(as_deployed: Path) -> None:
    assert set(models_to_deploy(as_deployed.parent / "models")) == set(load_models(MODELS))


def test_what_another_platform_kept_is_read_from_the_folders(as_deployed: Path) -> None:
    as_deployed.write_text(json.dumps({"diabetes": '{"name": "diabetes"}'}))
    assert models_to_deploy(MODELS) == load_models(MODELS)


def test_every_other_update_reads_the_folders() -> None:
    assert models_to_deploy(MODELS) == read_models(MODELS)
