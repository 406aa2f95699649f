"""What a sample of rows tells: what looks personal, what matters, what gives the label away."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from modelyard.onboarding import leakage, personal
from modelyard.onboarding.inference import sample_name
from modelyard.onboarding.keys import Named
from modelyard.onboarding.plan import Column, Role
from modelyard.onboarding.profile import Profile
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import Target

_AT_ONCE = 20
"""Columns in one query: reading a number keeps a vector for every step of it, a column some MB."""
_LOOKED_AT = 500
_WEIGHED = 10_000


def personal_columns(
    table: TextTable, names: Sequence[str], profiles: Sequence[Profile]
) -> list[str]:
    """What each column looks like, by its name or its values; empty where not personal."""
    looks = [personal.by_name(name) for name in names]
    for start in range(0, len(names), _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, len(names)))
        texts = _frame(
            table, {str(n): profiles[n].kind.present(f"c{n}") for n in numbers}, _LOOKED_AT
        )
        for number in numbers:
            seen = personal.by_values(profiles[number], texts[str(number)].to_list())
            looks[number] = looks[number] or seen
    return looks


def weigh(
    table: TextTable, columns: Sequence[Column], target: Target, *, most: int
) -> list[Column]:
    """The columns with their strength; of too many features the strongest stay."""
    label = next(column for column in columns if column.role is Role.LABEL)
    weighed = list(columns)
    features = [column for column in columns if column.role is Role.FEATURE]
    for start in range(0, len(features), _AT_ONCE):
        some = features[start : start + _AT_ONCE]
        frame = _frame(table, {each.name: _plain(each) for each in (*some, label)}, _WEIGHED)
        outcome = _learned(frame[label.name], target)
        for each in some:
            found = leakage.power(frame[each.name], outcome, target.task)
            weighed[each.number] = replace(each, strength=found.strength, suspect=found.suspect)
    strongest = sorted(
        (column for column in weighed if column.role is Role.FEATURE),
        key=lambda column: (-column.strength, column.number),
    )
    for each in strongest[most:]:
        why = f"tells little alone: only the {most} strongest columns are taken"
        weighed[each.number] = replace(each, role=Role.LEFT_OUT, why=why)
    return weighed


def typical_error(table: TextTable, label: Named, target: Target) -> float | None:
    """Mean distance of a quantity from its median, over all rows."""
    if target.task != "regression":
        return None
    value = label.value
    (error,) = table.query(
        f"SELECT avg(abs({value} - m)) FROM {table.source}, "
        f"(SELECT approx_quantile({value}, 0.5) AS m FROM {table.source})"
    )[0]
    return float(error)


def _learned(values: pl.Series, target: Target) -> pl.Series:
    """The outcome without rows of classes that are not learned."""
    if target.task == "regression":
        return values.cast(pl.Float64)
    words = values.cast(pl.String)
    classes = [value for value, _ in target.classes]
    return words.set(~words.is_in(classes).fill_null(False), None)


def _plain(column: Column) -> str:
    """SQL for a value that can be ranked or grouped; classes as the profile counted them."""
    value = column.profile.kind.value(f"c{column.number}")
    match column.profile.kind.logical:
        case "date" | "timestamp":
            return f"epoch({value})"
        case _ if column.role is Role.LABEL:
            return f"CAST({value} AS VARCHAR)"
        case "string":
            return value
        case _:
            return f"CAST({value} AS DOUBLE)"


def _frame(table: TextTable, wanted: dict[str, str], rows: int) -> pl.DataFrame:
    chosen = ", ".join(f'{sql} AS "{name}"' for name, sql in wanted.items())
    query = f"SELECT {chosen} FROM {sample_name()} LIMIT {rows}"
    frame: pl.DataFrame = table.connection.sql(query).pl()
    return frame
