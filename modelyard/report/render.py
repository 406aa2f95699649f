"""Writes the report as one file that needs nothing else: styles, data and scripts are inside."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from modelyard.place import person
from modelyard.report import charts
from modelyard.report.bundle import bundle
from modelyard.report.facts import Facts
from modelyard.report.figures import best, metrics_of
from modelyard.report.life import page as life_page
from modelyard.report.life.corridor import RULE_OF_THUMB
from modelyard.report.life.features import MOST_FEATURES
from modelyard.report.life.words import metric_name
from modelyard.report.origins import mirrored, origins
from modelyard.whole_file import write_whole


def write(facts: Facts, path: Path) -> Path:
    """Write the report; returns where it is."""
    write_whole(path, render(facts))
    return path


def render(facts: Facts) -> str:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("modelyard.report"),
        autoescape=select_autoescape(["html"], default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "person": person,
        "thousands": lambda value: f"{value:,}",
        "short": lambda digest: str(digest).removeprefix("sha256:")[:12],
        "figure": _figure,
        "metric": metric_name,
        "sentence": lambda text: text[:1].upper() + text[1:],
    }
    page = environment.get_template("report.html.j2")
    return page.render(
        facts=facts,
        headline=_headline(facts),
        chapters={model: chapters(story) for model, story in facts.stories.items()},
        traffic={model: _traffic([story]) for model, story in facts.stories.items()},
        charts=_charts(facts),
        measured=_measured(facts),
        origins=origins(facts.versions),
        mirrored=mirrored(facts.data),
        lives=[life for life in facts.lives if life.weeks],
        unwatched=[life for life in facts.lives if not life.weeks],
        told={life.id: life_page.told(life, facts.versions) for life in facts.lives},
        thumb=RULE_OF_THUMB,
        most=MOST_FEATURES,
        script=_safe(bundle()),
    )


def chapters(story: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the stages of one story in the order in which they were told."""
    return [*story.get("chapters", {}).values()]


def _charts(facts: Facts) -> dict[str, str]:
    models = dict.fromkeys(version.model for version in facts.versions)
    drawn: dict[str, Any] = {}
    for model in models:
        ours = [version for version in facts.versions if version.model == model]
        shown = [version for version in ours if version.environment == "prod"] or ours
        oldest_first = sorted(shown, key=lambda version: int(version.number))
        for metric in metrics_of(ours):
            drawn[f"{model}-{metric}"] = charts.quality_by_month(oldest_first, metric)
        drawn[f"{model}-gains"] = charts.gains(oldest_first)
    for life in facts.lives:
        drawn |= life_page.drawn(life, facts.versions)
    for model, story in facts.stories.items():
        drawn[f"{model}-traffic"] = charts.traffic(story.get("traffic", []))
        drawn[f"{model}-timings"] = charts.timings(chapters(story))
    return {name: _data(spec) for name, spec in drawn.items() if spec is not None}


def _headline(facts: Facts) -> dict[str, Any]:
    """The few figures that a reader should see first."""
    live = [model for place in facts.environments for model in place.models if model.version]
    served = _traffic(facts.stories.values())
    return {
        "environments": f"{sum(e.up for e in facts.environments)} of {len(facts.environments)}",
        "live": len(live),
        "ready": sum(model.ready for model in live),
        "versions": len(facts.versions),
        "requests": served["requests"],
        "failed": served["failed"],
        "ledger": sum(len(book.entries) for book in facts.ledgers),
        "chain": _chain(facts),
        "weeks": sum(len(life.weeks) for life in facts.lives),
        "rang": sum(len(life.broke) for life in facts.lives),
        "best": _best(facts),
    }


def _chain(facts: Facts) -> tuple[str, str]:
    """Look and words for the ledgers together; one that was not read vouches for nothing."""
    if not all(book.intact for book in facts.ledgers):
        return "bad", "chain broken"
    places = {place.environment for place in facts.environments}
    if not places or places - {book.environment for book in facts.ledgers}:
        return "idle", "not all read"
    return "good", "chain whole"


def _measured(facts: Facts) -> dict[str, list[str]]:
    """The metrics of each model; its table shows the first two."""
    models = dict.fromkeys(version.model for version in facts.versions)
    return {
        model: metrics_of([each for each in facts.versions if each.model == model])
        for model in models
    }


def _best(facts: Facts) -> tuple[str, float, float] | None:
    """Name, candidate's and baseline's first figure of the version that is live in production."""
    for version in facts.versions:
        found = best(version) if version.environment == "prod" and version.live else None
        if found is not None:
            return metric_name(found[0]), found[1], found[2]
    return None


def _traffic(stories: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    runs = [run for story in stories for run in story.get("traffic", [])]
    return {
        "requests": sum(run["requests"] for run in runs),
        "failed": sum(run["failed"] for run in runs),
        "slowest_ms": max(
            (second["slowest_ms"] for run in runs for second in run["seconds"]), default=0.0
        ),
        "failures": [failure for run in runs for failure in run["failures"]][:10],
    }


def _figure(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else ("-" if value is None else str(value))


def _data(spec: Any) -> str:
    """Write a chart as JSON in which nothing can end the script element or open another."""
    return json.dumps(spec).replace("<", "\\u003c")


def _safe(text: str) -> str:
    """Keep data from ending the script element it stands in."""
    # Not every "</": the library has it inside regular expressions, where it must stay.
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE).replace("<!--", "<\\!--")
