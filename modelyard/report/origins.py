"""Where what runs comes from: the lineage of each live version, and what the mirror hides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.report.facts import DataFacts, VersionFacts


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What one live version was made from, in words."""

    version: VersionFacts
    lines: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """One table of the redacted mirror, which development reads."""

    model: str
    table: str
    k: int | None
    smallest_class: int | None
    """None where no columns together could tell who somebody is."""
    rows: int
    suppressed: int
    coarsened: list[str]
    pseudonymised: list[str]
    dropped: list[str]


def origins(versions: Sequence[VersionFacts]) -> list[Origin]:
    """The lineage of each version that is live and has one."""
    live = (each for each in versions if each.live and each.lineage)
    return [Origin(version=each, lines=[*_lines(each.lineage)]) for each in live]


def mirrored(data: Sequence[DataFacts]) -> list[Mirrored]:
    """Every mirrored table once: who reads the mirror has the same report as who makes it."""
    found: dict[tuple[str, str], Mirrored] = {}
    for each in data:
        reported = each.mirror.get("tables", {})
        for name in (zone.table for zone in each.zones if zone.table in reported):
            found.setdefault((each.model, name), _mirrored(each.model, name, reported[name]))
    return [*found.values()]


def _mirrored(model: str, table: str, told: dict[str, Any]) -> Mirrored:
    return Mirrored(
        model=model,
        table=table,
        k=told.get("k"),
        smallest_class=told.get("smallest_class"),
        rows=told.get("rows", 0),
        suppressed=told.get("suppressed", 0),
        coarsened=list(told.get("coarsened", ())),
        pseudonymised=list(told.get("pseudonymised", ())),
        dropped=list(told.get("dropped", ())),
    )


def _lines(lineage: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rows, window = lineage.get("rows", {}), lineage.get("window") or {}
    fitted, libraries = lineage.get("fitted", {}), lineage.get("libraries", {})
    yield "run", str(lineage.get("run", ""))
    tables = (f"{each['name']} at version {each['version']}" for each in lineage.get("tables", ()))
    yield "tables", ", ".join(tables)
    if window.get("start"):
        yield "rows from", f"{window['start']} until {window.get('end') or 'the last one'}"
    if "training" in rows:
        share = lineage.get("sample", 1.0)
        drawn = f", a sample of {share:.0%}" if share not in (None, 1.0) else ""
        yield "judged", f"a model of {rows['training']:,} rows{drawn}"
    if "rows" in fitted:
        again = "fitted again" if fitted.get("refitted") else "the model that was judged"
        yield "serves", f"{again}, of {fitted['rows']:,} rows"
    yield "SHA-256 of its rows", str(rows.get("training_sha256", ""))[:12]
    yield "compared with", str(lineage.get("champion") or "the baseline alone")
    yield "seed", str(lineage.get("seed", ""))
    named = ("python", "scikit-learn", "numpy", "polars")
    yield (
        "libraries",
        ", ".join(f"{each} {libraries[each]}" for each in named if each in libraries),
    )
