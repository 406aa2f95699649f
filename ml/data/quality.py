"""Splits a landed batch into rows that keep the contract and rows that name what they broke."""

from dataclasses import dataclass

import polars as pl

from ml.data.contract import Column, TableContract

ROW = "_row"
RULES = "_rules"
PLANTED = "_planted"
PRIMARY_KEY = "primary_key"


class BatchRefusedError(Exception):
    """The batch is not what the contract describes: nothing of it may be written."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A batch after the check: every landed row is in exactly one of the two frames."""

    valid: pl.DataFrame
    """Typed as the contract says, with the row's number in the batch."""
    quarantined: pl.DataFrame
    """As landed, with the names of the broken rules."""

    @property
    def broken(self) -> dict[str, int]:
        """How many rows broke each rule."""
        counts = self.quarantined[RULES].explode().value_counts().sort("count", descending=True)
        return dict(zip(counts[RULES].to_list(), counts["count"].to_list(), strict=True))

    @property
    def planted(self) -> int:
        """Quarantined rows that were put there for a demonstration."""
        return int(self.quarantined[PLANTED].is_not_null().sum())


def check(
    batch: pl.DataFrame,
    contract: TableContract,
    *,
    null_tokens: tuple[str, ...] = ("",),
    known_keys: pl.DataFrame | None = None,
) -> Checked:
    """Check a batch of texts; rows whose key is among `known_keys` break the primary key."""
    landed = _as_landed(batch, contract, null_tokens)
    _refuse_another_schema(landed, contract)
    typed = landed.select(ROW, *(_typed(column) for column in contract.columns))
    _refuse_unreadable_columns(landed, typed, contract)
    broken = pl.concat([_unreadable(landed, typed, contract), _violations(typed, contract)])
    sound = typed.join(broken, on=ROW, how="anti", maintain_order="left")
    broken = pl.concat([broken, _repeated(sound, contract, known_keys)])
    per_row = broken.group_by(ROW).agg(pl.col("rule").unique().sort().alias(RULES))
    quarantined = landed.join(per_row, on=ROW, how="inner", maintain_order="left")
    valid = typed.join(per_row, on=ROW, how="anti", maintain_order="left")
    return Checked(valid=valid, quarantined=quarantined)


def contract_names(batch: pl.DataFrame, contract: TableContract) -> pl.DataFrame:
    """The batch with columns called as in the contract, where they come under physical names."""
    present = set(batch.columns)
    return batch.rename(
        {
            column.physical_name: column.name
            for column in contract.columns
            if column.physical_name in present and column.name not in present
        }
    )


def _as_landed(
    batch: pl.DataFrame, contract: TableContract, null_tokens: tuple[str, ...]
) -> pl.DataFrame:
    """The contract's columns first, annotations last, numbered; tokens for "no value" are null."""
    if batch.is_empty():
        raise BatchRefusedError("the batch has no rows")
    frame = batch.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    if PLANTED not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias(PLANTED))
    texts = pl.col(pl.String)
    frame = frame.with_columns(pl.when(~texts.is_in(null_tokens)).then(texts))
    order = [name for name in contract.schema if name in frame.columns]
    rest = [name for name in frame.columns if name not in contract.schema]
    return frame.select(*order, *rest)


def _refuse_another_schema(landed: pl.DataFrame, contract: TableContract) -> None:
    present = {name for name in landed.columns if not name.startswith("_")}
    missing = [name for name in contract.schema if name not in present]
    unknown = sorted(present - set(contract.schema))
    faults = []
    if missing:
        faults.append(f"columns missing: {', '.join(missing)}")
    if unknown:
        faults.append(f"columns not in the contract: {', '.join(unknown)}")
    if faults:
        raise BatchRefusedError("; ".join(faults))


def _refuse_unreadable_columns(
    landed: pl.DataFrame, typed: pl.DataFrame, contract: TableContract
) -> None:
    """A column without one readable value is another column under its name."""
    for column in contract.columns:
        present = int(landed[column.name].count())
        if present > 1 and typed[column.name].count() == 0:
            raise BatchRefusedError(
                f"column {column.name}: none of {present} values is a {column.logical_type}"
            )


def _typed(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.logical_type == "timestamp":
        return text.str.to_datetime(
            "%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False
        ).dt.convert_time_zone("UTC")
    if column.logical_type == "date":
        return text.str.to_date("%Y-%m-%d", strict=False)
    if column.logical_type == "boolean":
        words = {"true": True, "false": False}
        return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    value = text.cast(column.dtype, strict=False)
    # "nan" and "inf" read as numbers but compare with nothing: they are no readings.
    if column.logical_type == "number":
        return pl.when(value.is_finite()).then(value).alias(column.name)
    return value


def _unreadable(
    landed: pl.DataFrame, typed: pl.DataFrame, contract: TableContract
) -> pl.DataFrame:
    """Rows with a text that is not a value of its column's type."""
    found = [
        landed.select(ROW)
        .filter(landed[name].is_not_null() & typed[name].is_null())
        .with_columns(pl.lit(f"{name}.type").alias("rule"))
        for name in contract.schema
    ]
    return pl.concat(found)


def _violations(typed: pl.DataFrame, contract: TableContract) -> pl.DataFrame:
    """Rows that pandera finds breaking a rule, once per rule."""
    # Imported here: pandera takes a second to load, which only a check should pay for.
    from pandera.errors import SchemaErrors

    from ml.data.schema import compile_schema

    nothing = pl.DataFrame(schema={ROW: pl.Int64, "rule": pl.String})
    try:
        compile_schema(contract).validate(typed, lazy=True)
    except SchemaErrors as errors:
        failures = errors.failure_cases
        required = pl.format("{}.required", pl.col("column"))
        rule = pl.when(pl.col("check") == "not_nullable").then(required).otherwise("check")
        if failures["index"].null_count():
            strange = failures.filter(pl.col("index").is_null())["check"].unique().to_list()
            raise BatchRefusedError(f"the whole batch breaks {', '.join(strange)}") from None
        rows: pl.DataFrame = failures.select(
            typed[ROW].gather(failures["index"]), rule.alias("rule")
        )
        return rows
    return nothing


def _repeated(
    sound: pl.DataFrame, contract: TableContract, known_keys: pl.DataFrame | None
) -> pl.DataFrame:
    """Rows whose key an earlier sound row, or an earlier batch, already has."""
    nothing = pl.DataFrame(schema={ROW: pl.Int64, "rule": pl.String})
    if not contract.key:
        return nothing
    key = list(contract.key)
    again = sound.filter(~pl.struct(key).is_first_distinct()).select(ROW)
    if known_keys is not None:
        known = sound.join(known_keys.select(key), on=key, how="semi", nulls_equal=True)
        again = pl.concat([again, known.select(ROW)]).unique()
    return again.with_columns(pl.lit(PRIMARY_KEY).alias("rule"))
