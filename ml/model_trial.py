"""Tries a model folder's code on tables without rows, so that a check finds what a run would."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from ml.data.contract import Contract, TableContract
from ml.data.features import feature_table
from ml.development.train import load_build
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.spec_sections import TableRedaction


def trial_problems(spec: ModelSpec, contract: Contract) -> list[str]:
    """What stands between this folder and its first run; spec and contract are sound by now."""
    tables = {name: contract.tables[name] for name in spec.data.tables}
    uncovered = [*_redaction(spec, tables)]
    return [*uncovered, *_features(spec, tables, mirror=not uncovered), *_estimator(spec)]


def _redaction(spec: ModelSpec, tables: Mapping[str, TableContract]) -> Iterator[str]:
    shown = f"{_shown(spec)}/model.yaml: data.redaction.tables"
    for name, table in tables.items():
        rules = spec.data.redaction.tables.get(name, TableRedaction())
        named = {*rules.pseudonyms, *rules.coarsen, *rules.drop, *rules.quasi_identifiers}
        for column in sorted(named - set(table.schema)):
            yield f"{shown}.{name}: {column!r} is not in the contract of the table"
        restricted = {column.name for column in table.columns if column.restricted}
        for column in sorted(restricted - {*rules.pseudonyms, *rules.drop}):
            yield (
                f"{shown}.{name}: {column!r} is restricted by the contract; "
                "name it under pseudonyms or drop"
            )


def _features(
    spec: ModelSpec, tables: Mapping[str, TableContract], *, mirror: bool
) -> Iterator[str]:
    """Development trains on the mirror: what redaction drops must not be needed there."""
    rules = spec.data.redaction.tables
    frames = {name: pl.DataFrame(schema=table.schema) for name, table in tables.items()}
    if told := _tried(spec, frames):
        yield told
    elif mirror and any(each.drop or each.pseudonyms for each in rules.values()):
        redacted = {
            name: _mirrored(frame, rules.get(name, TableRedaction()))
            for name, frame in frames.items()
        }
        if told := _tried(spec, redacted):
            yield f"{told} (on the mirror, where data.redaction drops or replaces columns)"


def _mirrored(frame: pl.DataFrame, rules: TableRedaction) -> pl.DataFrame:
    texts = [pl.col(name).cast(pl.String) for name in rules.pseudonyms]
    return frame.drop(rules.drop).with_columns(texts)


def _tried(spec: ModelSpec, frames: Mapping[str, pl.DataFrame]) -> str:
    path = spec.folder / "features.py"
    try:
        feature_table(spec, frames)
    except StepError as error:
        return f"{_shown(spec)}/features.py: {str(error).split(': ', 1)[-1]}"
    # A person's expressions may fail in as many ways as Ibis and DuckDB know.
    except Exception as error:
        where = f"{_shown(spec)}/features.py{_line(path, error)}"
        return f"{where}: fails on empty tables: {_told(error)}"
    return ""


def _estimator(spec: ModelSpec) -> Iterator[str]:
    path = spec.folder / "estimator.py"
    given = {"columns": dict(spec.features.columns), "seed": spec.estimator.seed}
    first = {name: values[0] for name, values in spec.estimator.search.items() if values}
    for section, extra in (("parameters", {}), ("search", first)):
        parameters = {**spec.estimator.parameters, **extra}
        try:
            load_build(spec.folder, spec.estimator.function)(**given, **parameters)
        # Whatever a person's function does is a mistake of that folder.
        except Exception as error:
            yield (
                f"{_shown(spec)}/estimator.py{_line(path, error)}: fails with "
                f"estimator.{section} of model.yaml: {_told(error)}"
            )
            return


def _line(path: Path, error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    numbers = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f":{numbers[-1]}" if numbers else ""


def _told(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"


def _shown(spec: ModelSpec) -> str:
    return f"{spec.folder.parent.name}/{spec.folder.name}"
