"""The last rows of one's own file, day by day; an outcome is told as its day ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from modelyard.live.freshness import wait_for_tables
from modelyard.live.landing import delta
from modelyard.place import Place
from modelyard.story.replay import MOST_WEEKS, ONE_DAY, WEEK

ROWS_A_DAY = 2_000
"""A day with more is drawn from: as many as the busiest day of the flights has, twice over."""


@dataclass(kw_only=True)
class OwnDays:
    """Rows come from the curated table: what the contract refused is not asked about."""

    place: Place
    model: str
    time: str
    """The column with the moment of each row."""
    first: date
    land: Callable[[], None]
    """Lands and ingests what is lived, once."""
    weeks: int = MOST_WEEKS
    """How many weeks are lived at most."""
    latest: timedelta = ONE_DAY
    _ready: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What names a row of the contract."""
        return tuple(self._spec.data.entity_key)

    @property
    def last(self) -> date:
        """The last day with rows among those weeks; the first one before there are any."""
        return self._last_of(self._rows)

    def mondays(self) -> tuple[date, ...]:
        """Weeks with rows that lie whole between the ends, and that a later row says are over."""
        rows, found = self._rows, set()
        for day in rows["day"].unique().to_list():
            monday = day - timedelta(days=day.weekday())
            if self.first <= monday and monday + WEEK <= self._last_of(rows):
                found.add(monday)
        return tuple(sorted(found))

    def ready(self, day: date) -> None:
        """Return once the rows have landed and features can be built of them."""
        if not self._ready:
            self.land()
            wait_for_tables(self.place, self.model)
            self.__dict__.pop("_rows", None)
            self._ready = True

    def lived(self, first: date, last: date) -> Any:
        """Return the rows of these days in the order of their moments."""
        return self._rows.filter(self._rows["day"].is_between(first, last))

    def _last_of(self, rows: Any) -> date:
        end = self.first + self.weeks * WEEK
        found = rows["day"].max()
        return self.first if found is None else min(found, end)

    @cached_property
    def _spec(self) -> Any:
        from ml.spec import load_model

        return load_model(self.place.root / "models" / self.model)

    @cached_property
    def _rows(self) -> Any:
        """With `day`, `label` and `known_at` beside the columns of the curated table."""
        import polars

        from ml.data.features import DAY, LABEL, feature_table
        from ml.data.window import Window
        from ml.development.split import KEY_PREFIX

        data = self._spec.data
        tables = {name: self._curated(name) for name in data.tables}
        until = self.first + self.weeks * WEEK + ONE_DAY
        found = feature_table(self._spec, tables, Window(start=self.first, end=until))
        said = found.select(
            *(polars.col(f"{KEY_PREFIX}{name}").alias(name) for name in data.entity_key),
            polars.col(DAY),
            polars.col(LABEL),
        )
        told = polars.col(DAY).cast(polars.Datetime("us", "UTC")) + ONE_DAY
        base = tables[data.base].drop({DAY, LABEL, data.label} & {*tables[data.base].columns})
        rows = base.join(said, on=list(data.entity_key), how="inner").sort(
            self.time, *data.entity_key
        )
        place = polars.int_range(polars.len()).shuffle(seed=0).over(DAY)
        drawn = rows.filter(place < ROWS_A_DAY).with_columns(
            polars.when(polars.col(LABEL).is_not_null()).then(told).alias("known_at")
        )
        return drawn.with_columns(_as_text(drawn[name]) for name in base.columns)

    def _curated(self, name: str) -> Any:
        """A table as it stands; one that never landed has no rows."""
        import polars

        from ml.data.contract import load_contract

        table = delta(self.place, f"curated/{name}")
        if table is None:
            schema = load_contract(self._spec.contract_path).tables[name].schema
            return polars.DataFrame(schema=dict(schema))
        return polars.DataFrame(polars.from_arrow(table.to_pyarrow_table()))


def _as_text(column: Any) -> Any:
    """Moments as a request carries them, and as the server writes them down."""
    import polars

    if not isinstance(column.dtype, polars.Datetime):
        return column
    texts = [None if each is None else each.isoformat() for each in column.to_list()]
    return polars.Series(column.name, texts, dtype=polars.String)
