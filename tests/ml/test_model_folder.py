"""All mistakes of a model folder are told together, whichever of its files they are in."""

import shutil
from pathlib import Path

import pytest

from ml.model_folder import folder_problems

SOURCE = Path(__file__).parents[2] / "models"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a sound model that a test may break."""
    target = tmp_path / "models" / "diabetes"
    shutil.copytree(SOURCE / "diabetes", target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that must be there."""
    content = (folder / name).read_text()
    assert old in content
    (folder / name).write_text(content.replace(old, new))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["diabetes", "flight_delay"])
def test_the_models_of_the_repository_are_in_order(model: str) -> None:
    assert folder_problems(SOURCE / model) == []


def test_a_mistake_in_each_file_is_told_with_its_path(folder: Path) -> None:
    edit(folder, "model.yaml", "task: regression", "task: regresion")
    edit(folder, "contract.yaml", "apiVersion: v3", "apiVersion: v2")
    edit(folder, "features.py", "def population", "def populaton")
    edit(folder, "estimator.py", "import SimpleImputer", "import SimpleImputr")
    told = folder_problems(folder)
    starts = [
        "models/diabetes/model.yaml: estimator.task: 'regresion' is not allowed",
        "models/diabetes/contract.yaml: apiVersion: 'v2",
        "models/diabetes/features.py: population: function is missing",
        "models/diabetes/estimator.py:6: cannot be imported: ImportError: ",
    ]
    assert len(told) == len(starts), told
    for line, start in zip(told, starts, strict=True):
        assert line.startswith(start)


def test_code_that_is_no_python_is_told_with_its_line(folder: Path) -> None:
    edit(folder, "features.py", "def build(", "def build((")
    (told,) = folder_problems(folder)
    assert told.startswith("models/diabetes/features.py:")
    assert "SyntaxError" in told


def test_the_function_that_the_spec_names_must_be_there(folder: Path) -> None:
    edit(folder, "model.yaml", "task: regression", "task: regression\n  function: make")
    assert folder_problems(folder) == ["models/diabetes/estimator.py: make: function is missing"]


def test_a_table_that_the_contract_does_not_describe_is_told(folder: Path) -> None:
    edit(folder, "model.yaml", "tables: [patients]", "tables: [patients, visits]")
    (told,) = folder_problems(folder)
    assert told.startswith("models/diabetes/contract.yaml: schema: data.tables names 'visits'")


def test_a_missing_file_is_told_once(folder: Path) -> None:
    (folder / "features.py").unlink()
    assert folder_problems(folder) == ["models/diabetes/features.py: file is missing"]


def test_outcomes_and_instants_that_are_no_columns_are_told(folder: Path) -> None:
    wrong = "label: progression\n  outcomes: [death]\n  recent: {patients: {column: seen_at}}"
    edit(folder, "model.yaml", "label: progression", wrong)
    outcome, instant = folder_problems(folder)
    shown = "models/diabetes/contract.yaml: schema.patients: "
    assert outcome.startswith(f"{shown}data.outcomes names 'death', which is no column of it")
    assert instant.startswith(f"{shown}data.recent.patients.column names 'seen_at'")


def test_a_feature_that_is_promised_but_not_made_is_told(folder: Path) -> None:
    edit(folder, "model.yaml", "    age: number", "    age: number\n    weight: number")
    assert folder_problems(folder) == [
        "models/diabetes/features.py: build returned no column weight"
    ]


def test_code_that_fails_on_its_tables_is_told_with_its_line(folder: Path) -> None:
    edit(folder, "features.py", "    return rows\n", '    return rows.mutate(x=rows["weight"])\n')
    (told,) = folder_problems(folder)
    assert told.startswith("models/diabetes/features.py:17: fails on empty tables: ")
    assert "weight" in told


def test_features_that_need_what_the_mirror_lacks_are_told(folder: Path) -> None:
    edit(folder, "model.yaml", "        quasi_identifiers: [age, sex]", "        drop: [sex]")
    (told,) = folder_problems(folder)
    assert told.startswith("models/diabetes/features.py: build returned no column sex")
    assert "on the mirror" in told


def test_redaction_that_leaves_somebody_open_is_told(folder: Path) -> None:
    edit(folder, "model.yaml", "pseudonyms: {patient: patient}", "drop: [pulse]")
    assert folder_problems(folder) == [
        "models/diabetes/model.yaml: data.redaction.tables.patients: 'pulse' is not in the "
        "contract of the table",
        "models/diabetes/model.yaml: data.redaction.tables.patients: 'patient' is restricted by "
        "the contract; name it under pseudonyms or drop",
    ]


def test_parameters_that_the_estimator_does_not_take_are_told(folder: Path) -> None:
    edit(folder, "model.yaml", "parameters: {alpha: 0.5}", "parameters: {alfa: 0.5}")
    (told,) = folder_problems(folder)
    assert told.startswith("models/diabetes/estimator.py: fails with estimator.parameters")
    assert "alfa" in told
