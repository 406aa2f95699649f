"""The desk that asks about every flight of a day, and later tells the endpoint what came of it."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from modelyard.live.asking import ROWS, ask_by_key, post_labels
from modelyard.live.endpoint import Endpoint
from modelyard.live.landing import delta
from modelyard.place import Place
from modelyard.story.teller import MODEL

REMEMBERED = ("prediction_id", "row", "label", "known_at")
LATEST = timedelta(days=3)
"""No outcome becomes known later than this after the day of its flight."""


@dataclass(kw_only=True)
class Desk:
    """Asks by key in the data's own time; remembers what it asked until the outcome is known."""

    found: Endpoint
    asked: int = 0
    told: int = 0
    open: list[Any] = field(default_factory=list)
    """Frames of answers whose outcomes are not known yet."""

    def ask(self, day: date) -> int:
        """Ask about every flight of a local day in few large requests; returns how many."""
        flights = lived(day, day)
        if flights.is_empty():
            return 0
        # Even parts: a last request about a handful of flights would be no batch.
        batch = math.ceil(flights.height / math.ceil(flights.height / ROWS))
        answers = ask_by_key(self.found, flights, batch=batch)
        known = answers.select("prediction_id", "row").hstack(flights.select("label", "known_at"))
        self.open.append(known.drop_nulls("label"))
        self.asked += flights.height
        return int(flights.height)

    def tell(self, until: datetime) -> int:
        """Post every outcome that is known by then, in the order in which they became known."""
        import polars

        if not self.open:
            return 0
        waiting = polars.concat(self.open)
        due = waiting.filter(polars.col("known_at") <= until).sort("known_at")
        self.open = [waiting.filter(polars.col("known_at") > until)]
        told = post_labels(self.found, due) if due.height else 0
        self.told += told
        return told


def lived(first: date, last: date) -> Any:
    """Return the flights of these local days as they were lived; see `models/*/replay.py`."""
    return import_module(f"models.{MODEL}.replay").lived(first, last)


def resume(place: Place, found: Endpoint) -> tuple[Desk, date | None]:
    """A desk that knows what an earlier run asked, and the last day that one asked about whole.

    Outcomes of the last days are posted once more, which is harmless: nobody knows which of them
    the earlier run had posted.
    """
    import polars

    desk = Desk(found=found)
    rows = _asked(place)
    if rows is None or rows.is_empty():
        return desk, None
    counted = rows.group_by("event_day").len().sort("event_day")
    days = dict(counted.iter_rows())
    desk.asked = rows.height
    last = max((day for day in days if days[day] >= lived(day, day).height), default=None)
    if last is None:
        return desk, None
    flights = lived(last - LATEST, last)
    keyed = rows.filter(polars.col("event_day") >= last - LATEST)
    desk.open = [_joined(keyed, flights)]
    return desk, last


def _asked(place: Place) -> Any:
    import polars

    table = delta(place, f"predictions/{MODEL}")
    keys = [f"key_{name}" for name in _replay().KEY]
    wanted = ["event_day", "prediction_id", "row", *keys]
    # The columns of keys come with the first question that was asked by key.
    if table is None or not set(wanted) <= {each.name for each in table.schema().fields}:
        return None
    found = polars.DataFrame(polars.from_arrow(table.to_pyarrow_table(columns=wanted)))
    return found.filter(polars.col("event_day").is_not_null()).unique(keys, keep="last")


def _joined(rows: Any, flights: Any) -> Any:
    import polars

    named = [polars.col(f"key_{name}").cast(polars.String).alias(name) for name in _replay().KEY]
    keyed = rows.select("prediction_id", "row", *named)
    known = flights.select(
        *(polars.col(name).cast(polars.String) for name in _replay().KEY), "label", "known_at"
    )
    return keyed.join(known, on=list(_replay().KEY)).drop_nulls("label").select(REMEMBERED)


def _replay() -> Any:
    return import_module(f"models.{MODEL}.replay")
