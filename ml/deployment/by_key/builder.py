"""From a checked request by key to the rows that the model answers, on a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl
import structlog

from ml.data.requests import Asked, DuplicateKeyError, RequestFeatures
from ml.deployment.by_key.questions import QuestionColumns
from ml.deployment.by_key.tables import AsOfTables
from ml.deployment.capture.segment import Entities
from ml.deployment.server.predictor import Field, Values
from ml.deployment.server.refusal import Code, RequestError
from ml.spec import ModelSpec

log = structlog.get_logger()

OF_THE_VALUES = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    OverflowError,
    ValueError,
    pl.exceptions.PanicException,
)
"""What features fail with that were built before: on a day that no calendar has, for instance."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a request by key became."""

    columns: list[Values]
    """In the order of the model's inputs."""
    entities: Entities


class FeatureBuilder:
    """Builds features from the as-of tables of one moment; one thread at a time."""

    def __init__(self, spec: ModelSpec, tables: AsOfTables, inputs: Sequence[Field]) -> None:
        self.state = tables.state
        self.questions = QuestionColumns(tables.request)
        self._inputs = inputs
        if missing := [f.name for f in inputs if f.name not in spec.features.columns]:
            raise ValueError(f"the package asks for features {', '.join(missing)}, unknown here")
        self._features = RequestFeatures(spec, tables.frames)
        # The first call of a library is its slowest: no caller should wait for it.
        self._features(tables.frames[spec.data.base].head(0))

    def __call__(self, columns: Sequence[Values]) -> Built | RequestError:
        """Features and keys of one request, or why there are none."""
        try:
            asked = self._features(self.questions.frame(columns))
            return Built(self._columns(asked.features), _entities(asked))
        except RequestError as refusal:
            return refusal
        except DuplicateKeyError as error:
            return RequestError(Code.DUPLICATE_ROW, f"{error}; ask about each entity once")
        except OF_THE_VALUES as error:
            # Without its text, in which the values stand.
            log.warning("features_refused", error=type(error).__name__)
            return RequestError(
                Code.OUT_OF_RANGE,
                "a value of this request is too large, too small or no such day: "
                "no features can be built from it",
            )
        except Exception as error:
            log.error("features_failed", error=f"{type(error).__name__}: {error}")
            return RequestError(
                Code.FEATURES_FAILED, "the features of this request cannot be built"
            )

    def _columns(self, features: pl.DataFrame) -> list[Values]:
        columns = []
        for field in self._inputs:
            values = features[field.name]
            if values.null_count() and not field.nullable:
                row = int(values.is_null().arg_max() or 0)
                raise RequestError(
                    Code.NULL_VALUE,
                    f"row {row}: feature {field.name} is missing, which the model does not allow",
                )
            columns.append(
                (values.fill_null(float("nan")) if field.is_float else values).to_list()
            )
        return columns


def _entities(asked: Asked) -> Entities:
    times, days = asked.event_times, asked.event_days
    return Entities(
        names=asked.keys.columns,
        values=[[_plain(value) for value in column.to_list()] for column in asked.keys],
        times_us=None if times is None else times.dt.timestamp("us").to_list(),
        days=None if days is None else days.dt.to_string("iso").to_list(),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
