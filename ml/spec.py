"""ModelSpec: the one typed file per model from which every step, endpoint and alarm is made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from ml.spec_errors import SpecError, explain, read_mapping
from ml.spec_operations import (
    METRICS_OF,
    Batch,
    Consumer,
    Gates,
    Monitoring,
    Promotion,
    Retrain,
    Serving,
)
from ml.spec_sections import BESIDE_FEATURES, Data, Estimator, Features, Problem, Section

__all__ = ["Input", "ModelSpec", "SpecError", "load_model", "load_models"]

_REQUIRED_FILES = ("features.py", "estimator.py")


class Input(Section):
    """One input of the Open Inference Protocol V2: a feature under its protocol type."""

    name: str
    datatype: str


class ModelSpec(Section):
    """Everything the platform knows about a model before it has seen a row."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    folder: Path
    problem: Problem
    data: Data
    features: Features
    estimator: Estimator
    gates: Gates
    serving: Serving = Serving()
    consumers: tuple[Consumer, ...] = ()
    batch: Batch | None = None
    monitoring: Monitoring = Monitoring()
    retrain: Retrain = Retrain()
    promotion: Promotion = Promotion()

    @property
    def kebab(self) -> str:
        """The name in AWS and Kubernetes, where underscores are not allowed."""
        return self.name.replace("_", "-")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What a request must carry, in the order the model was trained with."""
        datatypes = {"number": "FP32", "text": "BYTES"}
        return tuple(
            Input(name=name, datatype=datatypes[kind])
            for name, kind in self.features.columns.items()
        )

    @property
    def contract_path(self) -> Path:
        """The Open Data Contract of the source tables."""
        return self.folder / self.data.contract


_SECTIONS: dict[str, type[Section]] = {
    "problem": Problem,
    "data": Data,
    "features": Features,
    "estimator": Estimator,
    "gates": Gates,
    "serving": Serving,
    "batch": Batch,
    "monitoring": Monitoring,
    "retrain": Retrain,
    "promotion": Promotion,
}
_MANDATORY = ("problem", "data", "features", "estimator", "gates")


class _Consumers(Section):
    consumers: tuple[Consumer, ...] = ()


def load_model(folder: Path) -> ModelSpec:
    """The spec of one model folder; raises SpecError with every mistake in it."""
    shown = f"{folder.parent.name}/{folder.name}/model.yaml"
    if not folder.is_dir():
        known = sorted(path.parent.name for path in folder.parent.glob("*/model.yaml"))
        raise SpecError([f"no model {folder.name!r}; known models: {', '.join(known) or 'none'}"])
    content = read_mapping(folder / "model.yaml", shown)
    problems: list[str] = []
    sections = _read_sections(content, shown, problems)
    problems += (f"{shown}: {line}" for line in _contradictions(sections))
    problems += _missing_files(folder, sections)
    if problems:
        raise SpecError(problems)
    return ModelSpec(name=folder.name, folder=folder, **sections)


def load_models(root: Path = Path("models")) -> dict[str, ModelSpec]:
    """All models by name; the mistakes of all folders are told together."""
    if not root.is_dir():
        raise SpecError([f"{root}: folder is missing; run from the checkout's root"])
    models: dict[str, ModelSpec] = {}
    problems: list[str] = []
    for path in sorted(root.glob("*/model.yaml")):
        try:
            models[path.parent.name] = load_model(path.parent)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return models


def _read_sections(content: dict[str, Any], shown: str, problems: list[str]) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    known = [*_SECTIONS, "consumers"]
    for name in content:
        if name not in known:
            problems.append(f"{shown}: {name}: unknown section; allowed: {', '.join(known)}")
    for name, model in _SECTIONS.items():
        if name not in content:
            if name in _MANDATORY:
                problems.append(f"{shown}: {name}: section is missing")
            continue
        try:
            sections[name] = model.model_validate(content[name])
        except ValidationError as error:
            problems += explain(shown, name, model, error)
    try:
        found = _Consumers.model_validate({"consumers": content.get("consumers", ())})
        sections["consumers"] = found.consumers
    except ValidationError as error:
        problems += (
            line.replace(": consumers.consumers", ": consumers", 1)
            for line in explain(shown, "consumers", _Consumers, error)
        )
    return sections


def _contradictions(sections: dict[str, Any]) -> Iterator[str]:
    """Mistakes that show only when two sections are read together."""
    data, gates = sections.get("data"), sections.get("gates")
    features, estimator = sections.get("features"), sections.get("estimator")
    serving = sections.get("serving")
    if data and (data.event_time is None) != (data.day is None):
        yield "data.day: must be given exactly when data.event_time is"
    if data:
        named = {*data.known_at, *data.recent, *data.redaction.tables}
        for table in sorted(named - set(data.tables)):
            yield f"data: {table!r} is not in data.tables; allowed: {', '.join(data.tables)}"
        for name in sorted({*data.outcomes} & {*data.entity_key}):
            yield f"data.outcomes: {name!r} is part of data.entity_key, which a request names"
    if data and gates:
        wanted, other = ("holdout_fraction", "holdout_days")[:: 1 if data.day is None else -1]
        if getattr(gates, wanted) is None:
            yield f"gates.{wanted}: is missing (data.event_time decides which holdout applies)"
        if getattr(gates, other) is not None:
            yield f"gates.{other}: not allowed here; use {wanted}"
        if gates.holdout_by is not None and data.day is not None:
            yield "gates.holdout_by: not allowed here; with data.day whole days are held out"
    if features:
        for name in sorted({*features.columns} & BESIDE_FEATURES):
            yield f"features.columns: {name!r} is what the platform calls a column of its own"
    if features and gates:
        columns = {*gates.baseline, *(s.column for s in (*gates.slices, *gates.fairness))}
        for column in sorted(columns - set(features.columns)):
            yield f"gates: {column!r} is not a feature; allowed: {', '.join(features.columns)}"
    if estimator and gates:
        chosen = [gates.primary.metric] + ([gates.second.metric] if gates.second else [])
        fitting = METRICS_OF[estimator.task]
        for metric in chosen:
            if metric not in fitting:
                yield (
                    f"gates: metric {metric!r} does not fit a {estimator.task} task; "
                    f"allowed: {', '.join(fitting)}"
                )
        if gates.fairness and estimator.task != "classification":
            yield (
                f"gates.fairness: a {estimator.task} task has no positive case to be found; "
                "allowed with the task classification only"
            )
    if serving and serving.replicas.minimum > serving.replicas.maximum:
        yield "serving.replicas.maximum: must not be below minimum"


def _missing_files(folder: Path, sections: dict[str, Any]) -> Iterator[str]:
    contract = sections["data"].contract if "data" in sections else "contract.yaml"
    for name in (*_REQUIRED_FILES, contract):
        if not (folder / name).is_file():
            yield f"{folder.parent.name}/{folder.name}/{name}: file is missing"
