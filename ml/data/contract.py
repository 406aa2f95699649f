"""What each source table promises, read from an Open Data Contract (ODCS v3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from ml.spec_errors import SpecError, read_mapping

TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
}
"""ODCS logical types and how the curated tables hold them; instants are UTC."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named promise about single rows: `holds` is true, or null, where the row keeps it."""

    name: str
    holds: pl.Expr
    description: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a source table."""

    name: str
    logical_type: str
    required: bool
    restricted: bool
    """Identifies someone: must not reach the mirror as it is."""
    rules: tuple[Rule, ...]
    physical_name: str = ""
    """What landed files may call it instead."""

    @property
    def dtype(self) -> pl.DataType:
        """The type in the curated table."""
        return TYPES[self.logical_type]


@dataclass(frozen=True, kw_only=True)
class TableContract:
    """All promises about one table."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    """Promises about several columns of a row."""

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The curated table's columns and types."""
        return {column.name: column.dtype for column in self.columns}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The contract of all source tables of a model."""

    version: str
    tables: dict[str, TableContract]
    null_tokens: tuple[str, ...]
    """Texts in a landed file that mean "no value"."""


def load_contract(path: Path) -> Contract:
    """The contract in a YAML file; raises SpecError with every mistake in it."""
    shown = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    content = read_mapping(path, shown)
    try:
        document = OpenDataContractStandard.from_string(yaml.safe_dump(content))
    except Exception as error:
        raise SpecError(
            [f"{shown}: not an Open Data Contract: {' '.join(str(error).split())}"]
        ) from None
    problems = [f"{shown}: {problem}" for problem in _problems(document)]
    if problems:
        raise SpecError(problems)
    return Contract(
        version=str(document.version),
        tables={str(table.name): _table(table) for table in document.schema_ or ()},
        null_tokens=tuple(_custom(document, "nullTokens", ("",))),
    )


def _problems(document: OpenDataContractStandard) -> Iterator[str]:
    if not str(document.apiVersion or "").startswith("v3."):
        yield f"apiVersion: {document.apiVersion!r} is not allowed; allowed: v3.x"
    if not document.schema_:
        yield "schema: no table is described"
    for table in document.schema_ or ():
        if not table.name or not table.properties:
            yield f"schema.{table.name or '?'}: a table needs a name and properties"
        for column in table.properties or ():
            where = f"schema.{table.name}.{column.name}"
            if column.logicalType not in TYPES:
                yield f"{where}.logicalType: {column.logicalType!r}; allowed: {', '.join(TYPES)}"
            for option in sorted(set(column.logicalTypeOptions or {}) - set(_OPTIONS)):
                yield f"{where}.logicalTypeOptions.{option}: allowed: {', '.join(_OPTIONS)}"
        for quality in table.quality or ():
            where = f"schema.{table.name}.quality.{quality.name or '?'}"
            if not quality.name:
                yield f"{where}: a rule needs a name; quarantined rows carry it"
            if quality.type != "custom" or quality.engine != "polars-sql":
                yield f"{where}: allowed: type custom, engine polars-sql"
            else:
                yield from _sql_problems(where, quality.implementation, table)


def _sql_problems(where: str, implementation: object, table: Any) -> Iterator[str]:
    names = {str(column.name) for column in table.properties or ()}
    try:
        used = set(pl.sql_expr(str(implementation)).meta.root_names())
    except pl.exceptions.PolarsError as error:
        yield f"{where}.implementation: {' '.join(str(error).split())}"
        return
    for name in sorted(used - names):
        yield f"{where}.implementation: {name!r} is not a column; allowed: {sorted(names)}"


def _table(table: Any) -> TableContract:
    columns = tuple(_column(column) for column in table.properties)
    key = sorted(
        (column.primaryKeyPosition or 0, column.name)
        for column in table.properties
        if column.primaryKey
    )
    rules = tuple(
        Rule(
            name=str(quality.name),
            holds=pl.sql_expr(str(quality.implementation)),
            description=quality.description or "",
        )
        for quality in table.quality or ()
    )
    return TableContract(
        name=table.name, columns=columns, key=tuple(name for _, name in key), rules=rules
    )


def _column(column: Any) -> Column:
    value = pl.col(column.name)
    rules = [
        Rule(
            name=f"{column.name}.{option}",
            holds=_OPTIONS[option](value, limit),
            description=f"{option} {limit}",
        )
        for option, limit in (column.logicalTypeOptions or {}).items()
    ]
    if column.enum:
        allowed = [entry.value for entry in column.enum]
        rules.append(
            Rule(
                name=f"{column.name}.enum",
                holds=value.is_in(allowed),
                description=f"one of {', '.join(map(str, allowed))}",
            )
        )
    return Column(
        name=column.name,
        logical_type=str(column.logicalType),
        required=bool(column.required),
        restricted=column.classification == "restricted",
        rules=tuple(rules),
        physical_name=column.physicalName or "",
    )


_OPTIONS: dict[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
    "minLength": lambda value, limit: value.str.len_chars() >= limit,
    "maxLength": lambda value, limit: value.str.len_chars() <= limit,
    "pattern": lambda value, limit: value.str.contains(limit),
}


def _custom(document: Any, name: str, default: tuple[str, ...]) -> list[str]:
    for entry in document.customProperties or ():
        if entry.property == name:
            return [str(value) for value in entry.value]
    return list(default)
