"""Goes over the rows of a table once, and keeps what every decision about its columns needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from modelyard.onboarding.identifiers import named_identifier
from modelyard.onboarding.inference import as_instants, infer, take_sample
from modelyard.onboarding.keys import Named
from modelyard.onboarding.profile import profile
from modelyard.onboarding.samples import personal_columns
from modelyard.onboarding.table import TextTable


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A table's rows, what was counted on them, and a sample of them."""

    table: TextTable
    sample: TextTable
    columns: tuple[Named, ...]
    looks: tuple[str, ...]
    """What each column looks like, where it looks personal."""


def see(
    table: TextTable, names: Sequence[str], *, time: int | None, label: int, key: Collection[int]
) -> Seen:
    """Infer the kinds of all columns and count them; `time` is said to hold points in time."""
    sample = take_sample(table)
    kinds = infer(sample, label=label, key=key)
    if time is not None:
        kinds[time] = as_instants(sample, time, kinds[time])
    identifiers = {number for number, name in enumerate(names) if named_identifier(name)}
    profiles = profile(table, kinds, exact=identifiers, label=label)
    return Seen(
        table=table,
        sample=sample,
        columns=tuple(
            Named(number=n, name=name, profile=profiles[n]) for n, name in enumerate(names)
        ),
        looks=tuple(personal_columns(sample, names, profiles)),
    )
