"""Makes production rows readable for development: pseudonyms, coarser values, k equal rows."""

import hashlib
import hmac
from dataclasses import dataclass

import polars as pl

from ml.spec_sections import TableRedaction

SHORTEST_KEY = 32
"""Bytes; flight numbers are few, so a key that can be guessed would undo every pseudonym."""
_DIGITS = 32


class RedactionRefusedError(Exception):
    """The rules do not protect these rows: nothing may be published."""


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """A table as development may see it, and what it took."""

    frame: pl.DataFrame
    rows: int
    suppressed: int
    smallest_class: int | None
    """Rows in the smallest class of equal quasi-identifiers that was published."""


def redact(
    frame: pl.DataFrame, rules: TableRedaction, *, key: bytes, k: int, restricted: frozenset[str]
) -> Redacted:
    """Apply a table's rules; raises RedactionRefusedError where they leave someone exposed."""
    _refuse_uncovered(frame, rules, restricted)
    redacted = frame.drop(rules.drop).with_columns(
        *(pseudonyms(frame[name], key, domain) for name, domain in rules.pseudonyms.items()),
        *(
            ((pl.col(name) / rule.band).floor() * rule.band).cast(frame.schema[name])
            for name, rule in rules.coarsen.items()
        ),
    )
    return _keep_classes_of_k(redacted, rules, k)


def pseudonyms(values: pl.Series, key: bytes, domain: str) -> pl.Series:
    """Keyed hashes (HMAC-SHA256): equal values stay equal, and only the key's holder can try."""
    if len(key) < SHORTEST_KEY:
        raise RedactionRefusedError(
            f"the pseudonym key has {len(key)} bytes; it must have at least {SHORTEST_KEY}"
        )
    texts = values.cast(pl.String)
    distinct = texts.drop_nulls().unique()
    hashed = pl.Series(
        [
            hmac.new(key, f"{domain}\x00{text}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]
            for text in distinct
        ],
        dtype=pl.String,
    )
    return texts.replace_strict(distinct, hashed, default=None).alias(values.name)


def class_sizes(frame: pl.DataFrame, quasi_identifiers: tuple[str, ...]) -> pl.DataFrame:
    """How many rows share each combination of quasi-identifiers."""
    return frame.group_by(list(quasi_identifiers)).agg(pl.len().alias("rows"))


def _refuse_uncovered(
    frame: pl.DataFrame, rules: TableRedaction, restricted: frozenset[str]
) -> None:
    named = {*rules.pseudonyms, *rules.coarsen, *rules.drop, *rules.quasi_identifiers}
    if unknown := sorted(named - set(frame.columns)):
        raise RedactionRefusedError(f"rules name columns that do not exist: {', '.join(unknown)}")
    if open_ := sorted(restricted - {*rules.pseudonyms, *rules.drop}):
        raise RedactionRefusedError(
            f"restricted by the contract but neither pseudonymised nor dropped: {', '.join(open_)}"
        )


def _keep_classes_of_k(frame: pl.DataFrame, rules: TableRedaction, k: int) -> Redacted:
    """Leave out rows in classes below k, as long as the rules allow so many to be missing."""
    rows = frame.height
    if not rules.quasi_identifiers or rows == 0:
        return Redacted(frame=frame, rows=rows, suppressed=0, smallest_class=None)
    kept = frame.filter(pl.len().over(list(rules.quasi_identifiers)) >= k)
    suppressed = rows - kept.height
    if suppressed > rules.suppress_at_most * rows:
        raise RedactionRefusedError(
            f"{suppressed} of {rows} rows are in classes of fewer than {k} by "
            f"{', '.join(rules.quasi_identifiers)}; {rules.suppress_at_most:.1%} may be left out. "
            "Coarsen these columns further, or name fewer of them"
        )
    sizes = class_sizes(kept, rules.quasi_identifiers)["rows"]
    smallest = int(sizes.to_numpy().min()) if len(sizes) else None
    return Redacted(frame=kept, rows=rows, suppressed=suppressed, smallest_class=smallest)
