"""A contract small enough to read at a glance, used by the tests of this folder."""

from pathlib import Path

import polars as pl

from ml.data.contract import Contract, load_contract

TEXT = """
apiVersion: v3.1.0
kind: DataContract
id: trips
name: Trips
version: 1.0.0
status: active
customProperties:
  - {property: nullTokens, value: ["", "NA"]}
schema:
  - name: trips
    properties:
      - {name: trip, logicalType: string, required: true, primaryKey: true,
         primaryKeyPosition: 1, classification: restricted}
      - {name: left, logicalType: timestamp, required: true}
      - {name: minutes, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 600}}
      - {name: stops, logicalType: number}
      - {name: kind, logicalType: string, enum: [{value: bus}, {value: tram}]}
      - {name: paid, logicalType: boolean}
      - {name: booked, logicalType: date}
    quality:
      - {name: trams_are_short, type: custom, engine: polars-sql,
         implementation: "kind <> 'tram' OR minutes <= 120"}
"""
GOOD = {
    "trip": "t1",
    "left": "2013-01-01T10:00:00Z",
    "minutes": "10",
    "stops": "1.5",
    "kind": "bus",
    "paid": "true",
    "booked": "2012-12-24",
}


def contract(folder: Path, text: str = TEXT) -> Contract:
    """The contract as a model folder would hold it."""
    path = folder / "models" / "trips" / "contract.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_contract(path)


def batch(*rows: dict[str, str | None]) -> pl.DataFrame:
    """A landed batch: the good row with what each argument changes."""
    filled = [{**GOOD, "trip": f"t{number}", **row} for number, row in enumerate(rows, 1)]
    names = dict.fromkeys(name for row in filled for name in row)
    return pl.DataFrame(filled, schema={name: pl.String for name in names})
