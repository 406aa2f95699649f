"""The ten measurements of a first visit are the features as they are."""

from collections.abc import Mapping

import ibis.expr.types as ir

from ml.spec import ModelSpec


def population(tables: Mapping[str, ir.Table]) -> ir.Table:
    """One row per patient."""
    return tables["patients"]


def build(rows: ir.Table, tables: Mapping[str, ir.Table], spec: ModelSpec) -> ir.Table:
    """Nothing to add."""
    return rows
