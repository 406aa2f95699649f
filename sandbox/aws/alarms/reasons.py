"""Why an alarm changed, in CloudWatch's own words and as its StateReasonData."""

import datetime
import json
from collections.abc import Sequence

from sandbox.aws.alarms.definition import COMPARISONS, Definition
from sandbox.aws.alarms.evaluation import State, Verdict


def stamp(moment: datetime.datetime) -> str:
    """Return a moment as CloudWatch writes it in events and reasons."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def reason(
    wanted: Definition,
    verdict: Verdict,
    values: Sequence[float | None],
    *,
    before: str,
    after: State,
    at: datetime.datetime,
) -> str:
    """Return the StateReason."""
    if after == "INSUFFICIENT_DATA":
        unknown = _count(wanted.periods, "datapoint was", "datapoints were")
        return f"Insufficient Data: {unknown} unknown."
    filled = ""
    if verdict.filled and wanted.treatment in ("breaching", "notBreaching"):
        treated = "Breaching" if wanted.treatment == "breaching" else "NonBreaching"
        missing = _count(verdict.filled, "missing datapoint was", "missing datapoints were")
        filled = f" and {missing} treated as [{treated}]"
    judged = [i for i in verdict.evaluated if wanted.breaches(values[i]) is (after == "ALARM")]
    if not judged:
        periods = _count(wanted.periods, "period", "periods")
        return f"Threshold Crossed: no datapoints were received for {periods}{filled}."
    listed = ", ".join(
        f"{values[index]} ({_start(wanted, values, index, at):%d/%m/%y %H:%M:%S})"
        for index in reversed(judged)
    )
    _, words = COMPARISONS[wanted.comparison]
    verb = "was" if len(judged) == 1 else "were"
    negation = "" if after == "ALARM" else "not "
    needed = wanted.datapoints
    if after == "OK":
        needed = wanted.periods - wanted.datapoints + 1
    return (
        f"Threshold Crossed: {len(judged)} out of the last {wanted.periods} datapoints "
        f"[{listed}] {verb} {negation}{words} the threshold ({wanted.threshold}){filled} "
        f"(minimum {_count(needed, 'datapoint', 'datapoints')} "
        f"for {before} -> {after} transition)."
    )


def reason_data(
    wanted: Definition,
    verdict: Verdict,
    values: Sequence[float | None],
    at: datetime.datetime,
) -> str:
    """Return the StateReasonData, JSON in a string."""
    first = verdict.evaluated[0] if verdict.evaluated else len(values) - wanted.periods
    recent = list(reversed(verdict.evaluated))
    return json.dumps(
        {
            "version": "1.0",
            "queryDate": stamp(at),
            "startDate": stamp(_start(wanted, values, first, at)),
            "statistic": wanted.statistic,
            "period": wanted.period,
            "recentDatapoints": [values[index] for index in verdict.evaluated],
            "threshold": wanted.threshold,
            "evaluatedDatapoints": [
                {"timestamp": stamp(_start(wanted, values, index, at)), "value": values[index]}
                for index in recent
            ],
        },
        separators=(",", ":"),
    )


def _start(
    wanted: Definition, values: Sequence[float | None], index: int, at: datetime.datetime
) -> datetime.datetime:
    return at - datetime.timedelta(seconds=wanted.period) * (len(values) - index)


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
