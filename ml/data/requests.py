"""Features of rows that nobody has stored yet, built from tables that are loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import polars as pl

from ml.data.engine import Engine
from ml.data.features import load_features, shaped, wanted_columns
from ml.development.split import KEY_PREFIX
from ml.failures import StepError
from ml.spec import ModelSpec

REQUESTS = "asked-rows"
"""No table of a model can be called so."""
_PLACE = "asked_row"


class DuplicateKeyError(Exception):
    """Two rows of one request ask about the same entity at the same moment."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"rows {first} and {second} have the same key")
        self.rows = (first, second)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Rows of a request, in its order."""

    features: pl.DataFrame
    keys: pl.DataFrame
    """The entity key, without prefix."""
    event_times: pl.Series | None
    """When each question is asked, in the data's own time; none for rows without a time."""
    event_days: pl.Series | None


class RequestFeatures:
    """Answers requests by the code that training used; one thread at a time.

    The expressions are compiled once: they name the table of requests, whose rows are replaced.
    """

    def __init__(self, spec: ModelSpec, tables: Mapping[str, pl.DataFrame]) -> None:
        self._spec = spec
        self._engine = Engine(threads=1)
        self._empty = tables[spec.data.base].head(0)
        self._reach = _reaches(spec)
        self._whole = {name: tables[name] for name in self._reach}
        sources = self._engine.tables({**tables, REQUESTS: self._empty})
        asked = {**sources, spec.data.base: sources[REQUESTS]}
        code = load_features(spec.folder)
        rows = code.population(asked)
        self._population = self._engine.prepared("population", rows.select(*self._facts(rows)))
        built = code.build(rows, {name: sources[name] for name in tables}, spec)
        self._features = self._engine.prepared(
            "features", built.select(*wanted_columns(spec, built))
        )

    def __call__(self, requests: pl.DataFrame) -> Asked:
        """Features of `requests`, which has columns of the base table; the others are unknown."""
        known = [
            pl.col(name).cast(dtype)
            if name in requests.columns
            else pl.lit(None, dtype).alias(name)
            for name, dtype in self._empty.schema.items()
        ]
        self._engine.replace(REQUESTS, requests.select(known))
        data = self._spec.data
        facts = self._population()
        keys = facts.select(data.entity_key)
        if not _same_rows(keys, requests):
            # Otherwise one entity would get the answer that is another's.
            raise StepError(
                f"{self._spec.folder.name}/features.py: population made {facts.height} rows of "
                f"{requests.height}; it must keep every row of {data.base}, in order"
            )
        _refuse_same_keys(keys)
        times = _instants(facts, data.event_time)
        if times is not None and times.count():
            self._look_at(times.min(), times.max())
        table = shaped(self._spec, self._features())
        named = keys.rename({name: f"{KEY_PREFIX}{name}" for name in keys.columns})
        ordered = named.with_row_index(_PLACE).join(
            table, on=named.columns, how="left", nulls_equal=True, maintain_order="left"
        )
        return Asked(
            features=ordered.select(*self._spec.features.columns),
            keys=keys,
            event_times=times,
            event_days=facts[data.day].cast(pl.Date) if data.day is not None else None,
        )

    def _look_at(self, first: Any, last: Any) -> None:
        for name, reach in self._reach.items():
            column = pl.col(self._spec.data.recent[name].column)
            rows = self._whole[name].filter(column.is_between(first - reach, last))
            self._engine.replace(name, rows)

    def _facts(self, rows: ir.Table) -> list[str]:
        data = self._spec.data
        extra = [name for name in (data.event_time, data.day) if name is not None]
        return list(dict.fromkeys([*data.entity_key, *extra]))


def _reaches(spec: ModelSpec) -> dict[str, timedelta]:
    return {
        name: timedelta(hours=rule.reach_hours)
        for name, rule in spec.data.recent.items()
        if rule.reach_hours is not None
    }


def unneeded(spec: ModelSpec, tables: Mapping[str, pl.DataFrame], table: str, column: str) -> bool:
    """Whether the feature code can be written down without a column."""
    without = {**tables, table: tables[table].drop(column)}
    try:
        RequestFeatures(spec, {name: frame.head(0) for name, frame in without.items()})
    # Whatever a person's code does about a column that is not there: it needs the column.
    except Exception:
        return False
    return True


def _same_rows(keys: pl.DataFrame, requests: pl.DataFrame) -> bool:
    """Whether each row of the population is that of the request, as far as their columns tell."""
    shared = [pl.col(name).cast(pl.String) for name in keys.columns if name in requests.columns]
    return keys.height == requests.height and keys.select(shared).equals(requests.select(shared))


def _refuse_same_keys(keys: pl.DataFrame) -> None:
    if keys.is_unique().all():
        return
    numbered = keys.with_row_index(_PLACE)
    twice = numbered.group_by(keys.columns, maintain_order=True).agg(pl.col(_PLACE))
    first, second = twice.filter(pl.col(_PLACE).list.len() > 1)[_PLACE].to_list()[0][:2]
    raise DuplicateKeyError(first, second)


def _instants(facts: pl.DataFrame, column: str | None) -> pl.Series | None:
    if column is None:
        return None
    moments = facts[column]
    dtype: Any = moments.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        moments = moments.dt.replace_time_zone("UTC")
    return moments.cast(pl.Datetime("us", "UTC"))
