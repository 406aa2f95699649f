"""What became of the rows that landed just now: a table's totals hide it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ml.data.quality import PRIMARY_KEY
from modelyard.errors import RefusedError
from modelyard.live.landing import Zone


def told(before: Sequence[Zone], after: Sequence[Zone]) -> list[str]:
    """A line for each table that has more rows than before."""
    return [
        f"{new.table}: {new.raw:,} rows landed: {new.curated:,} curated, "
        f"{new.quarantine:,} in quarantine{_by_rule(new)}"
        for new in _added(before, after)
    ]


def require_some(before: Sequence[Zone], after: Sequence[Zone]) -> None:
    """Raise RefusedError where rows landed and none of them can be learned from."""
    for new in _added(before, after):
        if not new.curated:
            known = set(new.rules) == {PRIMARY_KEY}
            raise RefusedError(
                f"None of the {new.raw:,} rows that landed in {new.table} was curated"
                f"{_by_rule(new)}.",
                remedy="the table has a row of each of these keys: land a file with other rows"
                if known
                else "correct the file, or the rules of contract.yaml, and land it again",
            )


def _added(before: Sequence[Zone], after: Sequence[Zone]) -> Iterator[Zone]:
    for old, new in zip(before, after, strict=True):
        if new.raw > old.raw:
            yield Zone(
                table=new.table,
                raw=new.raw - old.raw,
                curated=new.curated - old.curated,
                quarantine=new.quarantine - old.quarantine,
                rules=dict(Counter(new.rules) - Counter(old.rules)),
            )


def _by_rule(zone: Zone) -> str:
    broken = ", ".join(f"{rule} {count:,}" for rule, count in zone.rules.items())
    return f" ({broken})" if broken else ""
