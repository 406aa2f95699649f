"""The model card: what a reader must know before trusting the model, with the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ml.spec import ModelSpec

_VERDICTS = {
    "passed": "It passed its gate.",
    "failed": "It **failed** its gate; only a waiver can release it.",
    "insufficient": "There was **not enough evidence** to judge it.",
}


def model_card(
    spec: ModelSpec,
    *,
    lineage: Mapping[str, Any],
    metrics: Mapping[str, Any],
    gate: Mapping[str, Any],
) -> str:
    """The card as Markdown; the same record gives the same text."""
    problem = spec.problem
    sections = [
        f"# {spec.name}",
        problem.objective,
        f"Owner: {problem.owner}" + (" (draft)" if problem.draft else ""),
        "## Use",
        _bullets([problem.proposed_solution, f"Measured by: {problem.business_metric}"]),
        "## Limits",
        _bullets(problem.requirements),
        "## Verdict",
        f"{_VERDICTS[gate['status']]} Compared with: {_against(gate)}.",
        _rules(gate["rules"]),
        "## Figures on held-out rows",
        _held_out(metrics),
        _fitted(lineage),
        _metrics(metrics["metrics"]),
        *_months(metrics["months"]),
        *_classes(metrics.get("classes", [])),
        "## Calibration",
        _calibration(metrics["calibration"]),
        "## Origin",
        _origin(lineage),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _rules(rules: Iterable[Mapping[str, Any]]) -> str:
    return _table(
        ["rule", "result", "measured"], [[r["name"], r["status"], r["text"]] for r in rules]
    )


def _held_out(metrics: Mapping[str, Any]) -> str:
    text = f"{metrics['rows']} rows, {metrics['labelled_rows']} with a known outcome"
    if metrics["labelled_days"] is None:
        return f"{text}; rows chosen by a hash of their key."
    first, last = metrics["first_day"], metrics["last_day"]
    return f"{text}; {metrics['labelled_days']} days from {first} to {last}, later than training."


def _against(gate: Mapping[str, Any]) -> str:
    form = (gate.get("champion") or {}).get("form")
    if gate["against"] == "champion" and form == "judged":
        return "champion, as it was judged: as it is served, it learned from these rows"
    return str(gate["against"])


def _fitted(lineage: Mapping[str, Any]) -> str:
    """Whose figures these are, and what answers instead."""
    fitted = lineage["fitted"]
    if not fitted["refitted"]:
        return f"Served is the model that was judged, fitted on {fitted['fitted_on']}."
    return (
        f"The figures are of the candidate, {fitted['judged']['digest']}. Served is "
        f"{fitted['digest']}: the same parameters and seed, fitted on {fitted['fitted_on']}."
    )


def _metrics(models: Mapping[str, Mapping[str, Any]]) -> str:
    names = list(next(iter(models.values())))
    rows = [
        [model, *(_number(values[name]) for name in names)] for model, values in models.items()
    ]
    return _table(["model", *names], rows)


def _months(months: list[Mapping[str, Any]]) -> list[str]:
    if not months:
        return []
    names = list(months[0]["candidate"])
    rows = [
        [
            month["month"],
            str(month["rows"]),
            _number(month["mean_outcome"]),
            _number(month["mean_prediction"]),
            *(_number(month["candidate"][name]) for name in names),
        ]
        for month in months
    ]
    return ["### By month", _table(["month", "rows", "outcome", "prediction", *names], rows)]


def _classes(classes: list[Mapping[str, Any]]) -> list[str]:
    if not classes:
        return []
    rows = [
        [
            each["class"] if each["learned"] else f"{each['class']} (not in training)",
            str(each["rows"]),
            *(_number(each[name]) for name in ("share", "mean_prediction", "recall", "precision")),
        ]
        for each in classes
    ]
    header = ["class", "rows", "share", "mean prediction", "recall", "precision"]
    told = (
        "By month, by slice and in the calibration, outcome is how often the likeliest class "
        "came, prediction how likely it was said to be."
    )
    return ["### By class", _table(header, rows), told]


def _calibration(calibration: Mapping[str, Any]) -> str:
    rows = [
        [str(b["rows"]), _number(b["mean_prediction"]), _number(b["mean_outcome"])]
        for b in calibration["bins"]
    ]
    table = _table(["rows", "mean prediction", "mean outcome"], rows)
    return f"Mean distance {_number(calibration['error'])}.\n\n{table}"


def _origin(lineage: Mapping[str, Any]) -> str:
    tables = [f"table {t['uri']}: version {t['version']}" for t in lineage["tables"]]
    return _bullets(
        [
            f"run {lineage['run']} in {lineage['environment']}",
            f"code {lineage['git_sha']}, image {lineage['image_digest']}",
            f"seed {lineage['seed']}, parameters {lineage['parameters']}",
            *tables,
        ]
    )


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines
    )


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"
