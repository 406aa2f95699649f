"""Point-in-time joins: a row sees what was known at its own moment, and nothing later."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from ml.spec_sections import KnownAt

KNOWN_AT = "known_at"


def known_from(table: ir.Table, rule: KnownAt) -> ir.Table:
    """`table` with `known_at`: the instant from which each of its rows may be used."""
    known = table[rule.column] + _interval(timedelta(minutes=rule.after_minutes))
    return table.mutate(**{KNOWN_AT: known})


def latest_known(
    rows: ir.Table,
    values: ir.Table,
    *,
    at: str,
    by: Sequence[str],
    columns: Sequence[str],
    tolerance: timedelta | None = None,
) -> ir.Table:
    """`rows` with the values last known at or before `at`; older than `tolerance` is missing.

    `values` says in `known_at` from when each of its rows may be used, not what it is about.
    """
    right = values.filter(values[KNOWN_AT].notnull()).select(*by, KNOWN_AT, *columns)
    right = right.rename({f"{name}_right": name for name in right.columns})
    joined = rows.asof_join(
        right,
        on=rows[at] >= right[f"{KNOWN_AT}_right"],
        predicates=[rows[name] == right[f"{name}_right"] for name in by],
    )
    known = joined[f"{KNOWN_AT}_right"]
    fresh = known.notnull()
    if tolerance is not None:
        fresh &= known >= joined[at] - _interval(tolerance)
    picked = {name: ibis.ifelse(fresh, joined[f"{name}_right"], ibis.null()) for name in columns}
    return joined.select(*(joined[name] for name in rows.columns), **picked)


def trailing_rate(
    rows: ir.Table,
    events: ir.Table,
    *,
    at: str,
    by: Sequence[str],
    value: str,
    windows: Mapping[str, timedelta],
) -> ir.Table:
    """`rows` with the mean of `value` over events that became known in (at - window, at].

    The running total at both ends of the window is looked up as of its moment, so the cost does
    not grow with the window's length.
    """
    totals = _running_totals(events, by, value)
    now = _totals_at(rows, totals, at, by, timedelta(0), "now")
    for name, window in windows.items():
        then = _totals_at(now, totals, at, by, window, "then")
        count = then["now_count"] - then["then_count"]
        total = then["now_total"] - then["then_total"]
        now = then.mutate(**{name: total / count.nullif(0)}).drop("then_count", "then_total")
    return now.drop("now_count", "now_total")


def _running_totals(events: ir.Table, by: Sequence[str], value: str) -> ir.Table:
    # Events known at the same instant count together: a join picks only one row per instant.
    instants = (
        events.filter(events[value].notnull() & events[KNOWN_AT].notnull())
        .group_by([*by, KNOWN_AT])
        .aggregate(count=lambda t: t.count(), total=lambda t: t[value].cast("int64").sum())
    )
    so_far = ibis.cumulative_window(group_by=list(by), order_by=KNOWN_AT)
    return instants.mutate(
        count=instants["count"].sum().over(so_far), total=instants["total"].sum().over(so_far)
    )


def _totals_at(
    rows: ir.Table,
    totals: ir.Table,
    at: str,
    by: Sequence[str],
    earlier: timedelta,
    prefix: str,
) -> ir.Table:
    moment = f"{prefix}_moment"
    shifted = rows.mutate(**{moment: rows[at] - _interval(earlier)})
    right = totals.rename({f"{prefix}_{name}": name for name in totals.columns})
    joined = shifted.asof_join(
        right,
        on=shifted[moment] >= right[f"{prefix}_{KNOWN_AT}"],
        predicates=[shifted[name] == right[f"{prefix}_{name}"] for name in by],
    )
    picked = {
        f"{prefix}_{name}": joined[f"{prefix}_{name}"].fill_null(0) for name in ("count", "total")
    }
    return joined.select(*(joined[name] for name in rows.columns), **picked)


def _interval(length: timedelta) -> ir.Value:
    return ibis.interval(seconds=int(length.total_seconds()))
