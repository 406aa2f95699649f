"""Runs a model folder's feature code over source tables and keeps to the columns of its spec."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import ibis
import ibis.expr.types as ir
import polars as pl

from ml.data.engine import Engine
from ml.data.window import Window
from ml.development.classes import class_texts
from ml.development.split import GROUP, KEY_PREFIX
from ml.failures import StepError
from ml.spec import ModelSpec

LABEL, DAY = "label", "day"
_DTYPES = {"number": pl.Float32(), "text": pl.String()}


@dataclass(frozen=True)
class FeatureCode:
    """The two functions of a model's features.py."""

    population: Callable[[Mapping[str, ir.Table]], ir.Table]
    """Source tables → one row per prediction: key, event time, day, label."""
    build: Callable[[ir.Table, Mapping[str, ir.Table], ModelSpec], ir.Table]
    """Rows of the population → the same rows with every feature."""


def feature_table(
    spec: ModelSpec, tables: Mapping[str, pl.DataFrame], window: Window | None = None
) -> pl.DataFrame:
    """Features, label, day and key of every row in the window, as known at each row's moment."""
    with Engine() as engine:
        sources = engine.tables(tables)
        rows = load_features(spec.folder).population(sources)
        if window is not None and spec.data.day is not None:
            day = rows[spec.data.day]
            if window.start is not None:
                rows = rows.filter(day >= window.start)
            if window.end is not None:
                rows = rows.filter(day < window.end)
        return _compute(engine, spec, rows, sources)


@cache
def load_features(folder: Path) -> FeatureCode:
    """The feature code of a model folder."""
    path = folder / "features.py"
    found = importlib.util.spec_from_file_location(f"models.{folder.name}.features", path)
    if found is None or found.loader is None or not path.is_file():
        raise StepError(f"{path}: file is missing")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return FeatureCode(_function(module, "population", path), _function(module, "build", path))


def _function(module: ModuleType, name: str, path: Path) -> Callable[..., ir.Table]:
    function = getattr(module, name, None)
    if not callable(function):
        raise StepError(f"{path}: no function {name!r}; it must define population and build")
    return function  # type: ignore[no-any-return]


def _compute(
    engine: Engine, spec: ModelSpec, rows: ir.Table, sources: Mapping[str, ir.Table]
) -> pl.DataFrame:
    built = load_features(spec.folder).build(rows, sources, spec)
    wanted = wanted_columns(spec, built)
    if spec.gates.holdout_by is not None:
        built = built.mutate(**{GROUP: _group(spec, built)})
        wanted.append(GROUP)
    return shaped(spec, engine.fetch(built.select(*wanted)))


def _group(spec: ModelSpec, built: ir.Table) -> ir.Value:
    """What rows are held out together by; those that belong to nobody stand for themselves."""
    name = str(spec.gates.holdout_by)
    if name not in built.columns:
        raise StepError(
            f"{spec.folder.name}/features.py: build returned no column {name}, which "
            "gates.holdout_by names"
        )
    own = [built[key].cast("string") for key in spec.data.entity_key]
    # Begins as no value does: a key may read like the name of a group.
    alone = ibis.literal("\x1f").join(["", *own])
    return ibis.coalesce(built[name].cast("string"), alone)


def wanted_columns(spec: ModelSpec, built: ir.Table) -> list[str]:
    """Features, key, label and day: what is read of the rows that `build` returned."""
    wanted = {*spec.features.columns, *spec.data.entity_key, spec.data.label}
    if spec.data.day is not None:
        wanted.add(spec.data.day)
    if missing := sorted(wanted - set(built.columns)):
        raise StepError(
            f"{spec.folder.name}/features.py: build returned no column {', '.join(missing)}"
        )
    return sorted(wanted)


def shaped(spec: ModelSpec, frame: pl.DataFrame) -> pl.DataFrame:
    """Exactly the promised columns and types, in an order that does not depend on the engine."""
    features = [pl.col(name).cast(_DTYPES[kind]) for name, kind in spec.features.columns.items()]
    label = frame[spec.data.label]
    if spec.estimator.task == "multiclass":
        extra: list[pl.Expr | pl.Series] = [class_texts(label).alias(LABEL)]
    else:
        extra = [label.cast(pl.Float32).alias(LABEL)]
    if spec.data.day is not None:
        extra.append(pl.col(spec.data.day).cast(pl.Date).alias(DAY))
    if GROUP in frame.columns:
        extra.append(frame[GROUP])
    keys = [pl.col(name).alias(f"{KEY_PREFIX}{name}") for name in spec.data.entity_key]
    shaped = frame.select(*features, *extra, *keys)
    return shaped.sort([f"{KEY_PREFIX}{name}" for name in spec.data.entity_key])
