"""The desk that asks about every flight of a day, and later tells the endpoint what came of it."""

import math
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from modelyard.live.asking import ROWS, ask, post_labels
from modelyard.live.endpoint import Endpoint
from modelyard.live.landing import delta, rows
from modelyard.place import Place
from modelyard.story.flights import MODEL

REMEMBERED = ("prediction_id", "row", "label", "known_at")
LATEST = timedelta(days=3)
"""No outcome becomes known later than this after the day of its flight."""
QUIET_SECONDS = 8.0
"""Longer than an answer takes from the server's volume to the table: nothing is under way then."""


@dataclass(kw_only=True)
class Desk:
    """Asks by key in the data's own time; remembers what it asked until the outcome is known."""

    found: Endpoint
    asked: Any
    """Keys, as text, of the rows that were asked before this run; none is asked again."""
    open: list[Any] = field(default_factory=list)
    """Frames of answers whose outcomes are not known yet."""

    def ask(self, day: date) -> int:
        """Ask about every flight of a local day in few large requests; returns how many."""
        flights = lived(day, day)
        if self.asked is not None:
            flights = flights.filter(~_said(flights).is_in(self.asked.implode()))
        if flights.is_empty():
            return 0
        # Even parts: a last request about a handful of flights would be no batch.
        batch = math.ceil(flights.height / math.ceil(flights.height / ROWS))
        answers = ask(self.found, flights, by_key=True, batch=batch)
        known = answers.select("prediction_id", "row").hstack(flights.select("label", "known_at"))
        self.open.append(known.drop_nulls("label"))
        return int(flights.height)

    def tell(self, until: datetime) -> int:
        """Post every outcome that is known by then, in the order in which they became known."""
        import polars

        if not self.open:
            return 0
        waiting = polars.concat(self.open)
        due = waiting.filter(polars.col("known_at") <= until).sort("known_at")
        self.open = [waiting.filter(polars.col("known_at") > until)]
        return post_labels(self.found, due) if due.height else 0


def lived(first: date, last: date) -> Any:
    """Return the flights of these local days as they were lived; see `models/*/replay.py`."""
    return import_module(f"models.{MODEL}.replay").lived(first, last)


def resume(place: Place, found: Endpoint) -> tuple[Desk, date | None]:
    """A desk that knows what an earlier run asked, and the last day that one asked about whole.

    Outcomes of the last days are posted once more, which is harmless: nobody knows which of them
    the earlier run had posted.
    """
    import polars

    before = _asked(place)
    if before is None or before.is_empty():
        return Desk(found=found, asked=None), None
    days = dict(before.group_by("event_day").len().iter_rows())
    last = max((day for day in days if days[day] >= lived(day, day).height), default=None)
    first_open = (last or min(days)) - LATEST
    flights = lived(first_open, max(days))
    outcomes = flights.select("label", "known_at").with_columns(key=_said(flights))
    desk = Desk(found=found, asked=before["key"])
    told = before.join(outcomes, on="key").drop_nulls("label").select(REMEMBERED)
    desk.open = [told.cast({"row": polars.Int64})]
    return desk, last


def _asked(place: Place) -> Any:
    """What stands in the table once all of it has arrived; none before the first question."""
    import polars

    keys = [f"key_{name}" for name in _replay().KEY]
    wanted = ["event_day", "prediction_id", "row", *keys]
    table = delta(place, f"predictions/{MODEL}")
    # The columns of keys come with the first question that was asked by key.
    if table is None or not set(wanted) <= {each.name for each in table.schema().fields}:
        return None
    held, since = rows(table), time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        time.sleep(1.0)
        table.update_incremental()
        if rows(table) != held:
            held, since = rows(table), time.monotonic()
    found = polars.DataFrame(polars.from_arrow(table.to_pyarrow_table(columns=wanted)))
    keyed = found.filter(polars.col("event_day").is_not_null())
    said = _said(keyed.select(polars.col(each).name.map(_unprefixed) for each in keys))
    return keyed.with_columns(said.alias("key")).unique("key", keep="last")


def _said(rows: Any) -> Any:
    """The keys of some rows as one text each, however the server typed their parts."""
    import polars

    parts = [polars.col(name).cast(polars.String) for name in _replay().KEY]
    return rows.select(polars.concat_str(parts, separator=" ")).to_series()


def _unprefixed(name: str) -> str:
    return name.removeprefix("key_")


def _replay() -> Any:
    return import_module(f"models.{MODEL}.replay")
