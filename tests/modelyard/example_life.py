"""Half a year of watched weeks, judged by the rules of watching, for the report's tests."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from ml.monitoring.drift_limits import judge
from modelyard.live.aftermath import Aftermath
from modelyard.live.retrainings import Retraining
from modelyard.live.watch_alarms import WatchAlarm
from modelyard.live.watching import ALARM, RECENT, Finding, WatchedWeek
from modelyard.report.life.facts import LifeFacts

MONDAYS = [date(2013, 7, 1) + timedelta(days=7 * number) for number in range(26)]
SLICES = [date(1970, 1, 5) + timedelta(days=7 * number) for number in range(12)]
FEATURES = (
    "carrier", "origin", "dest", "departure_hour", "temp", "dewp", "humid", "pressure",
    "carrier_late_2h", "route_late_8h",
)  # fmt: skip
LIMITS = {"mean_prediction": 0.02, "label_rate": 0.02, "performance": 0.02}
AFTER = [
    Aftermath(
        metric="roc_auc", version="3", before="1", first_day="2013-12-10",
        last_day="2013-12-31", days=22, rows=19_460, candidate=0.7556, reference=0.754,
        gain=0.0016, low=-0.004, high=0.005,
    ),
    Aftermath(
        metric="roc_auc", version="4", before="3", first_day="2013-12-17",
        last_day="2013-12-31", days=15, rows=13_113, candidate=0.7389, reference=0.7483,
        gain=-0.0094, low=-0.0214, high=-0.0002,
    ),
]  # fmt: skip
"""Of the version that went live, and of the one that was kept."""
ALARMS = [
    WatchAlarm(
        name=f"flight-delay-drift-{signal.replace('_', '-')}-1f0c2a9",
        signal=signal,
        went_off=went_off,
    )
    for signal, went_off in (
        ("label_rate", ["2013-12-10T06:01:00+00:00"]),
        ("mean_prediction", ["2013-12-16T02:00:00+00:00"]),
        ("performance", []),
    )
]
Wave = Callable[[int], float]


def half_year() -> LifeFacts:
    """July to December: calm until December, then a break, a new version, and one that is kept."""
    return LifeFacts(
        environment="prod",
        model="flight_delay",
        outcome="late",
        task="classification",
        dated=True,
        reference_weeks=8,
        limits=LIMITS,
        weeks=_weeks(MONDAYS, _late, versions=lambda n: ["3", "1"] if n == 23 else ["1"]),
        retrainings=[
            Retraining(
                at="2013-12-10T06:01:00+00:00", cause=f"alarm {ALARMS[0].name}",
                starts=True, reason="retrain requested by alarm; 0.05 USD expected",
                state="live", version="3",
            ),
            Retraining(
                at="2013-12-16T02:00:00+00:00", cause=f"alarm {ALARMS[1].name}",
                starts=False,
                reason="cool-down of 7 days: a retraining of 2013-12-10 is within it",
            ),
            Retraining(
                at="2013-12-17T06:01:00+00:00", cause=f"alarm {ALARMS[2].name}",
                starts=True, reason="retrain requested by alarm; 0.05 USD expected",
                state="awaiting waiver", version="4",
                outcome="the gate of version 4 says failed: modelyard waive flight_delay "
                "--env prod --version 4 --reason … --expires …",
            ),
        ],
        releases=[{"kind": "released", "version": "3", "at": "2030-01-02T03:07:00Z"}],
        alarms=ALARMS,
        after=AFTER,
    )  # fmt: skip


def slices() -> LifeFacts:
    """A model whose rows have no day, and on which nothing may ring."""
    return LifeFacts(
        environment="prod", model="diabetes", outcome="progression", task="regression",
        dated=False, reference_weeks=8, limits={},
        weeks=_weeks(SLICES, lambda n: 152 + math.sin(n)),
    )  # fmt: skip


def classes() -> LifeFacts:
    """A model of three classes: rates and answers have a figure for each."""
    return LifeFacts(
        environment="prod", model="wine", outcome="cultivar", task="multiclass", dated=True,
        reference_weeks=8,
        limits={"label_rate": 0.02 / 3}, weeks=_weeks(
            MONDAYS[:12], lambda n: 0.3 + 0.01 * math.sin(n), figures=("a", "b", "c")
        ),
    )  # fmt: skip


def unwatched() -> LifeFacts:
    """A model that is live, and whose first week is not over."""
    return LifeFacts(
        environment="staging", model="flight_delay", outcome="late", task="classification",
        dated=True, reference_weeks=8, limits=LIMITS, weeks=[],
    )  # fmt: skip


def _late(number: int) -> float:
    season = (0.24, 0.16, 0.09, 0.098, 0.102, 0.217)[min(number // 4, 5)] if number > 21 else 0.13
    return season + 0.02 * math.sin(number * 2.1)


def _weeks(
    mondays: Sequence[date],
    rate: Wave,
    *,
    figures: tuple[str, ...] = ("",),
    versions: Callable[[int], list[str]] = lambda n: ["1"],
) -> list[WatchedWeek]:
    history: dict[tuple[str, str], list[float]] = {}
    found = []
    for number, monday in enumerate(mondays):
        findings = [
            *_judged(history, "label_rate", figures, rate(number)),
            *_judged(history, "mean_prediction", figures, rate(max(number - 1, 0)) * 1.02),
            *_judged(history, "performance", ("roc_auc",), 0.75 + 0.02 * math.cos(number * 1.7)),
            *_judged(history, "calibration", ("error",), 0.012 + 0.004 * math.sin(number)),
            *_drift(number),
        ]
        found.append(
            WatchedWeek(
                week=monday.isoformat(),
                ended=f"{monday + timedelta(days=7)}T00:00:00+00:00",
                rows=6_300 + 37 * number,
                labelled=6_100 + 35 * number - (200 if number == 5 else 0),
                versions=versions(number) if number <= 23 else ["3"],
                findings=findings,
            )
        )
    return found


def _judged(
    history: dict[tuple[str, str], list[float]], signal: str, figures: tuple[str, ...], base: float
) -> list[Finding]:
    found = []
    for number, figure in enumerate(figures):
        before, value = history.setdefault((signal, figure), []), base + 0.05 * number
        told = judge(
            value,
            before[-8:],
            reference_weeks=8,
            p_below=LIMITS.get(signal),
            direction="lower" if signal == "performance" else "either",
        )
        before.append(value)
        found.append(
            Finding(
                signal=signal, figure=figure, baseline=RECENT, value=value,
                reference=told.reference, statistic=told.statistic, p=told.p,
                breach=told.breach, kind=ALARM if signal in LIMITS else "context", note=told.note,
            )
        )  # fmt: skip
        if signal != "mean_prediction":
            test = {"performance": 0.764, "calibration": 0.01}.get(signal, 0.9 * value)
            found.append(_context(signal, figure, "test_labelled", value, test))
    return found


def _drift(number: int) -> list[Finding]:
    found = []
    for place, name in enumerate((*FEATURES, "output_probability")):
        season = 0.02 * (place + 1) * abs(math.sin(number / 9 + place))
        found.append(_context("psi", name, "validation", 4 * season, 0.0))
        if number >= 6:
            found.append(_context("psi", name, RECENT, season, 0.0))
    return found


def _context(signal: str, figure: str, baseline: str, value: float, usual: float) -> Finding:
    return Finding(
        signal=signal, figure=figure, baseline=baseline, value=value, reference=usual,
        statistic=None, p=None, breach=False, kind="context", note="",
    )  # fmt: skip
