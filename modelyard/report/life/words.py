"""How the figures of a life are written: shares in percent, metrics by their usual names."""

from modelyard.live.watching import Finding
from modelyard.report.charts import METRICS
from modelyard.report.life.facts import LifeFacts

SHARES = {"mean_prediction", "label_rate"}
"""Signals that are shares of rows, but where a quantity is predicted."""

LEAST_CHANCE = 1e-5


def is_share(life: LifeFacts, signal: str) -> bool:
    """Whether a signal's values are shares, and written in percent."""
    return signal in SHARES and life.task != "regression"


def figure(life: LifeFacts, signal: str, value: float | None) -> str:
    """A signal's value with its unit."""
    if value is None:
        return "unknown"
    return percent(value) if is_share(life, signal) else f"{value:.4g}"


def percent(share: float) -> str:
    """A share to three digits: small chances are not written as none."""
    return f"{100 * share:.3g} %"


def chance(p: float) -> str:
    """A chance in words: of one in a hundred thousand nobody reads the digits."""
    return percent(p) if p >= LEAST_CHANCE else f"less than {percent(LEAST_CHANCE)}"


def metric_name(name: str) -> str:
    """A metric as the page calls it everywhere."""
    return METRICS.get(name, name.replace("_", " "))


def named(life: LifeFacts, found: Finding) -> str:
    """What a finding is about, as a sentence begins."""
    of = f" of {found.figure}" if found.figure and life.classes else ""
    known = {
        "mean_prediction": f"mean prediction{of}",
        "label_rate": f"outcome ({life.outcome}){of}",
        "performance": f"performance ({metric_name(found.figure)})",
    }
    return known.get(found.signal, found.signal.replace("_", " "))


def signal_name(life: LifeFacts, signal: str) -> str:
    """A signal, as a row of a table begins."""
    known = {
        "mean_prediction": "mean prediction",
        "label_rate": f"outcome ({life.outcome})",
        "performance": f"performance ({metric_name(life.metric)})",
    }
    return known.get(signal, signal.replace("_", " "))


def moment(at: str) -> str:
    """An event time to the minute."""
    return at[:16].replace("T", " ")
