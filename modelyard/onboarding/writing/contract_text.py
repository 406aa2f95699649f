"""The contract of a file: types, ranges, categories, key, and the columns' names in the file."""

import math
from typing import Any

from modelyard.onboarding.names import ROW_KEY
from modelyard.onboarding.plan import Column, Plan, Role
from modelyard.onboarding.profile import MOST_CATEGORIES
from modelyard.onboarding.writing.yaml_text import Flow, dump, fitted

_ROOM = 0.5
"""How far beyond the smallest and largest value a range reaches, as a share of their distance."""
_LARGEST = 2**63 - 1
"""Of whole numbers; a range that reached beyond could not be compared with them."""
_RARE = 3
"""A word that came less often may have sisters that did not come yet: no list is made of such."""


def contract_text(plan: Plan, *, file: str) -> str:
    """`contract.yaml` (ODCS v3)."""
    properties: list[Any] = []
    if plan.keyless:
        properties.append(_row_key())
    properties += [_property(plan, column) for column in plan.columns]
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"{plan.model.replace('_', '-')}-sources",
        "name": f"Rows of {file}",
        "version": "1.0.0",
        "status": "draft",
        "description": {
            "purpose": "What ingestion may rely on; a row that breaks a rule goes to quarantine "
            "with its name.",
            "limitations": f"Inferred from {plan.counted:,} rows. Ranges reach half as far "
            "again as the values did.",
        },
        "customProperties": [Flow(property="nullTokens", value=["", "NA", "N/A", "NaN", "null"])],
        "schema": [
            {
                "name": plan.table,
                "physicalName": file,
                "physicalType": "table",
                "description": f"One row per {' and '.join(plan.key)}.",
                "properties": properties,
            }
        ],
    }
    return dump(document)


def _row_key() -> Flow:
    return Flow(
        name=ROW_KEY,
        logicalType="string",
        required=True,
        primaryKey=True,
        primaryKeyPosition=1,
        # File and number, or a digest of the content: source.yaml says which.
        logicalTypeOptions={"pattern": "^([0-9a-f]{8}-[0-9]+|[0-9a-f]{32})$"},
        classification="restricted",
    )


def _property(plan: Plan, column: Column) -> dict[str, Any]:
    found = column.profile
    made: dict[str, Any] = {"name": column.name}
    if column.original != column.name:
        made["physicalName"] = column.original
    made["logicalType"] = found.kind.logical
    keyed = column.name in plan.key
    # A column that is left out may change without stopping anybody's rows.
    used = column.role is not Role.LEFT_OUT
    if keyed or (used and not found.missing and column.role is not Role.LABEL):
        made["required"] = True
    if keyed:
        made |= {"primaryKey": True, "primaryKeyPosition": plan.key.index(column.name) + 1}
    if used and (options := _options(column)):
        made["logicalTypeOptions"] = Flow(options)
    if used and (words := _words(column)) is not None:
        made["enum"] = [Flow(value=word) for word in words]
    if column.restricted:
        made["classification"] = "restricted"
    if note := f"looks like {column.personal}" if column.personal else column.why:
        made["description"] = f"{note[0].upper()}{note[1:]}."
    elif found.kind.unit:
        made["description"] = f"In {found.kind.unit}."
    return fitted(made)


def _options(column: Column) -> dict[str, Any]:
    found = column.profile
    if found.kind.logical == "string":
        return {"maxLength": 2 * found.longest} if found.longest and not found.categories else {}
    if found.kind.logical not in ("integer", "number") or not found.values:
        return {}
    low, high = float(found.minimum), float(found.maximum)
    if not (math.isfinite(low) and math.isfinite(high)) or column.name.endswith(ROW_KEY):
        return {}
    if column.role is Role.KEY:
        return {}
    room = (high - low) * _ROOM or abs(high) or 1.0
    # What was never negative (a price, a count) is not expected to become so.
    least = 0.0 if low >= 0 else _outwards(low - room, down=True)
    most = 0.0 if high <= 0 else _outwards(high + room, down=False)
    if found.kind.logical == "integer":
        return {"minimum": max(int(least), -_LARGEST - 1), "maximum": min(int(most), _LARGEST)}
    return {"minimum": least, "maximum": most}


def _outwards(value: float, *, down: bool) -> float:
    """Rounded to two digits, away from the values."""
    if not value:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    rounded = (math.floor if down else math.ceil)(value / step) * step
    return float(f"{rounded:.6g}")


def _words(column: Column) -> list[str] | None:
    """The categories, where each came often enough to think that there are no others."""
    found = column.profile
    if found.kind.logical != "string" or column.personal or column.role is Role.KEY:
        return None
    if not found.categories or found.distinct > MOST_CATEGORIES:
        return None
    if column.role is not Role.LABEL and min(count for _, count in found.categories) < _RARE:
        return None
    return sorted(word for word, _ in found.categories)
