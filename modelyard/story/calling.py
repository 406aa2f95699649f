"""The desk that asks about every row of a day, and later tells the endpoint what came of it."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from modelyard.live.asking import ROWS, ask, post_labels
from modelyard.live.endpoint import Endpoint
from modelyard.live.landing import delta, rows
from modelyard.place import Place
from modelyard.story.replay import Replay

REMEMBERED = ("prediction_id", "row", "label", "known_at")
QUIET_SECONDS = 8.0
"""Longer than an answer takes from the server's volume to the table: nothing is under way then."""


@dataclass(kw_only=True)
class Desk:
    """Asks by key in the data's own time; remembers what it asked until the outcome is known."""

    found: Endpoint
    replay: Replay
    asked: Any = None
    """Keys, as text, of the rows that were asked before this run; none is asked again."""
    open: list[Any] = field(default_factory=list)
    """Frames of answers whose outcomes are not known yet."""

    def ask(self, day: date) -> int:
        """Ask about every row of a day in few large requests; returns how many."""
        rows = self.replay.lived(day, day)
        if self.asked is not None:
            rows = rows.filter(~_said(rows, self.replay.key).is_in(self.asked.implode()))
        if rows.is_empty():
            return 0
        # Even parts: a last request about a handful of rows would be no batch.
        batch = math.ceil(rows.height / math.ceil(rows.height / ROWS))
        answers = ask(self.found, rows, by_key=True, batch=batch)
        known = answers.select("prediction_id", "row").hstack(rows.select("label", "known_at"))
        self.open.append(known.drop_nulls("label"))
        return int(rows.height)

    def tell(self, until: datetime) -> int:
        """Post every outcome that is known by then, in the order in which they became known."""
        import polars

        if not self.open:
            return 0
        waiting = polars.concat(self.open)
        due = waiting.filter(polars.col("known_at") <= until).sort("known_at")
        self.open = [waiting.filter(polars.col("known_at") > until)]
        return post_labels(self.found, due) if due.height else 0


def resume(place: Place, found: Endpoint, replay: Replay) -> tuple[Desk, date | None]:
    """A desk that knows what an earlier run asked, and the last day that one asked about whole.

    Outcomes of the last days are posted once more, which is harmless: nobody knows which of them
    the earlier run had posted.
    """
    import polars

    before = _asked(place, replay)
    if before is None or before.is_empty():
        return Desk(found=found, replay=replay), None
    days = dict(before.group_by("event_day").len().iter_rows())
    whole = (day for day in days if days[day] >= replay.lived(day, day).height)
    last = max(whole, default=None)
    rows = replay.lived((last or min(days)) - replay.latest, max(days))
    outcomes = rows.select("label", "known_at").with_columns(key=_said(rows, replay.key))
    desk = Desk(found=found, replay=replay, asked=before["key"])
    told = before.join(outcomes, on="key").drop_nulls("label").select(REMEMBERED)
    desk.open = [told.cast({"row": polars.Int64})]
    return desk, last


def _asked(place: Place, replay: Replay) -> Any:
    """What stands in the table once all of it has arrived; none before the first question."""
    import polars

    keys = [f"key_{name}" for name in replay.key]
    wanted = ["event_day", "prediction_id", "row", *keys]
    table = delta(place, f"predictions/{replay.model}")
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
    keyed = found.filter(polars.col("event_day").is_between(replay.first, replay.last))
    said = _said(keyed.select(polars.col(each).name.map(_unprefixed) for each in keys), replay.key)
    return keyed.with_columns(said.alias("key")).unique("key", keep="last")


def _said(rows: Any, key: Sequence[str]) -> Any:
    """The keys of some rows as one text each, however the server typed their parts."""
    import polars

    parts = [polars.col(name).cast(polars.String) for name in key]
    return rows.select(polars.concat_str(parts, separator=" ")).to_series()


def _unprefixed(name: str) -> str:
    return name.removeprefix("key_")
