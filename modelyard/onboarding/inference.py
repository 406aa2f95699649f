"""Decides of which kind each column is, from rows spread evenly over the file."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from modelyard.errors import RefusedError
from modelyard.onboarding import numerals, units
from modelyard.onboarding.counting import Counts, Decimal, count, count_texts, kind_of
from modelyard.onboarding.days import day_or_instant, written
from modelyard.onboarding.keys import names_a_row
from modelyard.onboarding.kinds import TEXT, Kind, enough
from modelyard.onboarding.moments import EPOCH_MILLISECONDS, EPOCH_SECONDS
from modelyard.onboarding.names import contract_name
from modelyard.onboarding.spellings import MOST_SHARE, spellings
from modelyard.onboarding.table import TextTable

SAMPLE_ROWS, _SAMPLE_CELLS = 20_000, 4_000_000
_FEW = 10
"""With no more different numbers than these, a column of words and numbers is one of classes."""

_NEARLY_ALL = 0.9
"""Whole numbers with one letter that differ in so many rows are codes, not metres."""


def take_sample(table: TextTable) -> TextTable:
    """Every n-th row, from which the others are inferred; wide tables give fewer."""
    wanted = max(1_000, min(SAMPLE_ROWS, _SAMPLE_CELLS // len(table.names)))
    table.step("taking a sample")
    return table.sample(max(1, table.rows // wanted), wanted)


def infer(sample: TextTable, *, label: int | None = None, key: Collection[int] = ()) -> list[Kind]:
    """One kind per column, in order.

    No value of the label is read as missing, and a key keeps what stands beside its digits.
    """
    counted = list(count(sample))
    commas = any(
        enough(c["comma"], c["values"]) and not enough(c["point"], c["values"]) for c in counted
    )
    kinds = []
    for number, counts in enumerate(counted):
        column = _Column(sample, number, "," if commas else ".")
        kind = column.kind(counts)
        if number not in key:
            kind = column.look_closer(kind, counts, label=number == label)
        kinds.append(kind)
    return [
        day_or_instant(sample, number, kind) if kind.logical == "timestamp" else kind
        for number, kind in enumerate(kinds)
    ]


@dataclass(frozen=True)
class _Column:
    sample: TextTable
    number: int
    decimal: Decimal

    def kind(self, counts: Counts, missing: tuple[str, ...] = ()) -> Kind:
        """What enough of its values are."""
        found = kind_of(counts, self.decimal)
        if found == TEXT and enough(counts["datelike"], counts["values"]):
            return written(self.sample, self.number, counts["values"], missing)
        if found.logical == "number" and self._whole(found, counts["values"], missing):
            found = replace(found, logical="integer")
        return found if found == TEXT else replace(found, missing=missing)

    def _whole(self, kind: Kind, values: int, missing: tuple[str, ...]) -> bool:
        """Whether the numbers are whole ones as pandas writes them beside missing ones: 1000.0."""
        whole, number = numerals.whole_with_zero("t", kind.decimal), kind.reading("t")
        rows = f"(SELECT {self._present(missing)} AS t FROM {self.sample.source(self.number)})"
        (others,) = self.sample.query(
            f"SELECT count(*) FROM {rows} WHERE NOT {whole} AND {number} IS NOT NULL"
        )[0]
        if others:
            return False
        integer = replace(kind, logical="integer").reading("t")
        (read,) = self.sample.query(f"SELECT count({integer}) FROM {rows}")[0]
        return enough(int(read), values)

    def look_closer(self, kind: Kind, counts: Counts, *, label: bool) -> Kind:
        """What the others are once a few words for "no value" and one unit are set apart."""
        words = () if label or kind != TEXT else self._words(counts)
        found = kind
        if words:
            (counts,) = count_texts(self.sample, {self.number: self._present(words)})
            found = self.kind(counts, words)
        # Letters beside an identifier's digits are a part of it.
        identifies = names_a_row(contract_name(self.sample.names[self.number]))
        most = found.logical == "number" or enough(counts["beside"], counts["values"])
        if counts["beside"] and most and found.logical in ("string", "number") and not identifies:
            found = self._with_unit(found, counts, words)
        if found.logical == "boolean":
            return kind
        # Where a category would do, nothing is gained by reading words as missing.
        return kind if (words or label) and kind == TEXT and self._few(found) else found

    def _words(self, counts: Counts) -> tuple[str, ...]:
        if not 0 < counts["word"] < MOST_SHARE * counts["values"]:
            return ()
        return spellings(self.sample, self.number, self._present(()))

    def _with_unit(self, kind: Kind, counts: Counts, words: tuple[str, ...]) -> Kind:
        present = self._present(words)
        (unit, rows), *others = self._units(present) or [("", 0)]
        if len(unit) <= units.LONGEST and enough(rows, counts["values"]):
            stripped = units.without(present, unit)
            (counts,) = count_texts(self.sample, {self.number: stripped})
            found = kind_of(counts, self.decimal)
            code = len(unit) == 1 and unit.isalpha() and found.logical == "integer"
            if code and self._different(stripped) >= _NEARLY_ALL * counts["values"]:
                return kind
            if found.logical in ("integer", "number"):
                # The next weight may have decimals, even if these have none.
                return replace(found, logical="number", missing=words, unit=unit)
        elif others and not enough(counts["values"] - sum(n for _, n in others), counts["values"]):
            # Euros and dollars in one column are no numbers that can be compared.
            return TEXT
        return kind

    def _units(self, present: str) -> list[tuple[str, int]]:
        return self.sample.query(
            f"SELECT unit, count(*) FROM (SELECT {units.beside(present)} AS unit "
            f"FROM {self.sample.source(self.number)}) WHERE unit IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        )

    def _present(self, words: tuple[str, ...]) -> str:
        return Kind(logical="number", missing=words).present(f"c{self.number}")

    def _few(self, kind: Kind) -> bool:
        return self._different(kind.value(f"c{self.number}")) <= _FEW

    def _different(self, value: str) -> int:
        source = self.sample.source(self.number)
        return int(self.sample.query(f"SELECT count(DISTINCT {value}) FROM {source}")[0][0])


def as_instants(sample: TextTable, number: int, kind: Kind) -> Kind:
    """The kind of a column that is said to hold time: numbers may count seconds since 1970."""
    if kind.logical in ("date", "timestamp"):
        return kind
    for form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        tried = Kind(logical="timestamp", formats=(form,), missing=kind.missing)
        value = tried.value(f"c{number}")
        read, present = sample.query(
            f"SELECT count(*) FILTER (year({value}) BETWEEN 1971 AND 2100), "
            f"count({tried.present(f'c{number}')}) FROM {sample.source(number)}"
        )[0]
        if kind.logical in ("integer", "number") and enough(read, present):
            return tried
    (examples,) = sample.query(
        f"SELECT list(DISTINCT c{number})[:3] FROM {sample.source(number)}"
    )[0]
    raise RefusedError(
        f"{sample.names[number]} holds no time that can be read, for instance "
        f"{', '.join(map(repr, examples or []))}.",
        remedy="write it as 2024-05-31 or 2024-05-31T14:05:00Z, or do without: --time none",
    )
