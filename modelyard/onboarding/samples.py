"""What a sample of rows tells: what looks personal, what matters, what gives the label away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from modelyard.onboarding import leakage, personal
from modelyard.onboarding.keys import Named
from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.plan import Column, Role
from modelyard.onboarding.profile import Profile
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import Target

_LOOKED_AT = 500
_WEIGHED = 10_000


def personal_columns(
    sample: TextTable, names: Sequence[str], profiles: Sequence[Profile]
) -> list[str]:
    """What each column looks like, by its name or its values; empty where not personal."""
    looks = [personal.by_name(name) for name in names]
    for numbers in sample.groups():
        sample.step(f"looking at {sample.of(numbers)}")
        kinds = {number: profiles[number].kind for number in numbers}
        texts = _frame(sample, kinds, [f"t{number}" for number in numbers], _LOOKED_AT)
        for number in numbers:
            seen = personal.by_values(profiles[number], texts[f"t{number}"].to_list())
            looks[number] = looks[number] or seen
    return looks


def weigh(
    sample: TextTable, columns: Sequence[Column], target: Target, *, most: int
) -> list[Column]:
    """The columns with their strength; of too many features the strongest stay."""
    label = next(column for column in columns if column.role is Role.LABEL)
    outcome = _learned(_plain(sample, [label])[f"v{label.number}"], target)
    weighed = list(columns)
    for numbers in sample.groups():
        some = [columns[number] for number in numbers if columns[number].role is Role.FEATURE]
        if not some:
            continue
        sample.step(f"weighing {sample.of(numbers)}")
        frame = _plain(sample, some)
        for each in some:
            found = leakage.power(frame[f"v{each.number}"], outcome, target.task)
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
    value, source = label.value, table.source(label.number)
    (error,) = table.query(
        f"SELECT avg(abs({value} - m)) FROM {source}, "
        f"(SELECT approx_quantile({value}, 0.5) AS m FROM {source})"
    )[0]
    return float(error)


def _learned(values: pl.Series, target: Target) -> pl.Series:
    """The outcome without rows of classes that are not learned."""
    if target.task == "regression":
        return values.cast(pl.Float64)
    words = values.cast(pl.String)
    classes = [value for value, _ in target.classes]
    return words.set(~words.is_in(classes).fill_null(False), None)


def _plain(sample: TextTable, columns: Sequence[Column]) -> pl.DataFrame:
    """Values v0, … that can be ranked or grouped."""
    kinds = {column.number: column.profile.kind for column in columns}
    wanted = [f"{_comparable(column)} AS v{column.number}" for column in columns]
    return _frame(sample, kinds, wanted, _WEIGHED)


def _comparable(column: Column) -> str:
    """SQL for a number or a word; classes as the profile counted them."""
    value = f"v{column.number}"
    match column.profile.kind.logical:
        case "date" | "timestamp":
            return f"epoch({value})"
        case _ if column.role is Role.LABEL:
            return f"CAST({value} AS VARCHAR)"
        case "string":
            return value
        case _:
            return f"CAST({value} AS DOUBLE)"


def _frame(
    sample: TextTable, kinds: Mapping[int, Kind], wanted: Sequence[str], rows: int
) -> pl.DataFrame:
    """The first rows of the sample; the same ones and in the same order at every call."""
    return sample.database.frame(
        f"SELECT {', '.join(wanted)} FROM {sample.typed(kinds)} "
        f"ORDER BY file_row_number LIMIT {rows}"
    )
