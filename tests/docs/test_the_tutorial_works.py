"""The model that the tutorial writes passes the checks that it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.data.contract import load_contract
from ml.data.features import load_features
from ml.development.train import load_build
from ml.spec import SpecError, load_model
from tests.docs.pages import blocks, text

FILES = ("contract.yaml", "model.yaml", "features.py", "estimator.py")


def written() -> dict[str, str]:
    code = [body for language, body in blocks(text("docs/add-a-model.md")) if language in KINDS]
    return dict(zip(FILES, code, strict=False))


KINDS = ("yaml", "python")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "trip_fare"
    folder.mkdir(parents=True)
    for name, body in written().items():
        (folder / name).write_text(body)
    return folder


def test_the_folder_is_in_order(folder: Path) -> None:
    spec = load_model(folder)
    contract = load_contract(spec.contract_path)
    assert set(spec.data.tables) == set(contract.tables)
    assert {"population", "build"} <= set(vars(load_features(folder)))
    assert load_build(folder, spec.estimator.function)(columns=spec.features.columns, seed=7)


def test_the_mistakes_it_shows_are_told_in_those_words(folder: Path) -> None:
    wrong = {"minimum: 5.0": "minimun: 5.0", "regression": "regresion", "fares@example.org": '""'}
    body = (folder / "model.yaml").read_text()
    for right, mistake in wrong.items():
        body = body.replace(right, mistake)
    (folder / "model.yaml").write_text(body)
    (folder / "features.py").unlink()
    with pytest.raises(SpecError) as told:
        load_model(folder)
    shown = next(b for _, b in blocks(text("docs/add-a-model.md")) if "unknown key" in b)
    assert [line.strip() for line in shown.strip().splitlines()] == list(told.value.problems)
