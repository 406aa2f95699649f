"""A model folder is read completely or refused with every mistake, its file and its path."""

import shutil
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from ml.spec import SpecError, load_model, load_models

SOURCE = Path("models")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the reference model that a test may break."""
    target = tmp_path / "models" / "flight_delay"
    shutil.copytree(SOURCE / "flight_delay", target)
    return target


def change(folder: Path, *edits: tuple[str, object]) -> None:
    """Set dotted paths in model.yaml; none as value removes the key."""
    content = yaml.safe_load((folder / "model.yaml").read_text())
    for path, value in edits:
        *parents, last = path.split(".")
        section = content
        for name in parents:
            section = section[name]
        if value is None:
            del section[last]
        else:
            section[last] = value
    (folder / "model.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(SpecError) as refused:
        load_model(folder)
    return refused.value.problems


def test_every_model_of_the_repository_is_sound() -> None:
    models = load_models(SOURCE)
    assert {"diabetes", "flight_delay"} <= set(models)
    assert models["flight_delay"].kebab == "flight-delay"


def test_inputs_are_the_features_in_their_order() -> None:
    inputs = load_model(SOURCE / "flight_delay").inputs
    assert [(i.name, i.datatype) for i in inputs[:4]] == [
        ("carrier", "BYTES"),
        ("origin", "BYTES"),
        ("dest", "BYTES"),
        ("departure_hour", "FP32"),
    ]


def test_a_spec_cannot_be_changed_once_read() -> None:
    spec = load_model(SOURCE / "diabetes")
    with pytest.raises(ValidationError, match="frozen"):
        spec.serving.replicas.minimum = 9


def test_mistakes_in_three_sections_are_told_together(folder: Path) -> None:
    change(
        folder,
        ("problem.owner", ""),
        ("serving.replicas.minimum", 0),
        ("serving.strategy", "blue-green"),
        ("gates.primary.metrik", "roc_auc"),
        ("estimator.task", None),
        ("data.known_at.weather.after_minutes", "soon"),
    )
    (folder / "contract.yaml").unlink()
    found = problems(folder)
    where = "flight_delay/model.yaml: "
    assert f"models/{where}problem.owner: must not be empty" in found
    assert (
        f"models/{where}serving.replicas.minimum: input should be greater than or equal to 1, "
        "found 0" in found
    )
    assert (
        f"models/{where}serving.strategy: 'blue-green' is not allowed; allowed: "
        "'rolling', 'canary' or 'shadow'" in found
    )
    assert (
        f"models/{where}gates.primary.metrik: unknown key; allowed: "
        "margin_over_baseline, margin_over_champion, metric, minimum" in found
    )
    assert f"models/{where}estimator.task: is missing" in found
    assert any(
        line.startswith(
            f"models/{where}data.known_at.weather.after_minutes: input should be a valid integer"
        )
        for line in found
    )
    assert "models/flight_delay/contract.yaml: file is missing" in found
    assert len(found) == 7


def test_sections_that_contradict_each_other_are_told(folder: Path) -> None:
    change(
        folder,
        ("data.day", None),
        ("data.known_at.trains", {"column": "x"}),
        ("gates.baseline", ["month"]),
        ("features.columns.score", "number"),
        ("gates.second", {"metric": "mae"}),
        ("serving.replicas.minimum", 9),
    )
    text = "\n".join(problems(folder))
    assert "data.day: must be given exactly when data.event_time is" in text
    assert "data: 'trains' is not in data.tables" in text
    assert "features.columns: 'score' is what the platform calls a column of its own" in text
    assert "gates.holdout_fraction: is missing" in text
    assert "gates.holdout_days: not allowed here; use holdout_fraction" in text
    assert "gates: 'month' is not a feature; allowed: carrier, origin" in text
    assert "gates: metric 'mae' does not fit a classification task" in text
    assert "serving.replicas.maximum: must not be below minimum" in text


def test_metrics_and_fairness_must_fit_the_task(folder: Path) -> None:
    change(
        folder,
        ("estimator.task", "multiclass"),
        ("gates.second", {"metric": "macro_f1"}),
        ("gates.fairness", [{"column": "origin", "maximum_difference": 0.1}]),
    )
    assert [line.split(": ", 1)[1] for line in problems(folder)] == [
        "gates: metric 'roc_auc' does not fit a multiclass task; "
        "allowed: log_loss, accuracy, macro_f1, roc_auc_ovr",
        "gates.fairness: a multiclass task has no positive case to be found; "
        "allowed with the task classification only",
    ]


def test_unknown_and_missing_sections_are_told(folder: Path) -> None:
    change(folder, ("problem", None), ("problems", {}), ("consumers", [{"name": "Desk"}]))
    text = "\n".join(problems(folder))
    assert "problem: section is missing" in text
    assert "problems: unknown section; allowed: problem, data" in text
    assert "consumers.0.namespace: is missing" in text
    assert "consumers.0.name: 'Desk' must match" in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [", "not readable as YAML"),
        ("- a\n", "expected a mapping of sections, found list"),
        ("", "expected a mapping of sections, found nothing"),
        ("problem: {}\nproblem: {}\n", "key 'problem' is given twice"),
    ],
)
def test_a_file_that_is_no_mapping_is_told(folder: Path, content: str, reason: str) -> None:
    (folder / "model.yaml").write_text(content)
    (problem,) = problems(folder)
    assert problem.startswith("models/flight_delay/model.yaml: ")
    assert reason in problem


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(SpecError, match="no model 'flight_delays'; known models: diabetes, fl"):
        load_model(SOURCE / "flight_delays")


def test_mistakes_of_two_folders_are_told_together(folder: Path) -> None:
    shutil.copytree(SOURCE / "diabetes", folder.parent / "diabetes")
    for name in ("diabetes", "flight_delay"):
        (folder.parent / name / "estimator.py").unlink()
    with pytest.raises(SpecError, match="2 mistakes") as refused:
        load_models(folder.parent)
    assert [line.split("/")[1] for line in refused.value.problems] == ["diabetes", "flight_delay"]


def test_a_folder_without_models_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="run from the checkout's root"):
        load_models(tmp_path / "models")
