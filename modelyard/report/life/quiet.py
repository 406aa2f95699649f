"""Why all that did not ring did not: as important as what did, and easily taken for granted."""

from collections.abc import Iterator

from modelyard.live.watching import RECENT, Finding, WatchedWeek
from modelyard.report.life.corridor import RULE_OF_THUMB
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.words import chance, figure, percent, signal_name

Reason = tuple[str, str]
"""What did not ring, and why not."""


def quiet(life: LifeFacts) -> list[Reason]:
    """What did not ring, and why not; nothing for a model that nobody watched."""
    if not life.weeks:
        return []
    return [
        *_judged(life),
        *_unjudged(life),
        *_better(life),
        *_psi(life, "validation", "Features against validation"),
        *_psi(life, RECENT, f"Features against the {life.reference_weeks} {life.unit}s before"),
        *_test(life),
        *_season(life),
    ]


def _judged(life: LifeFacts) -> Iterator[Reason]:
    if not life.limits:
        yield "All signals", "monitoring.alarms names none of them: everything is context."
    for signal, limit in life.limits.items():
        known = [(week, e) for week, e in life.found(signal) if e.p is not None]
        calm = sorted((e.p or 0.0, life.name_of(week)) for week, e in known if not e.breach)
        weeks = {week.week for week, _ in known}
        loud = {week.week for week, e in known if e.breach}
        text = f"Judged in {len(weeks)} of {len(life.weeks)} {life.unit}s, rang in {len(loud)}."
        for p, name in [each for each in calm if each[0] >= limit][:1]:
            text += (
                f" Of the others {name} came closest: while nothing changes, {chance(p)} of all "
                f"{life.unit}s lie as far away, and only below {percent(limit)} it rings."
            )
        yield signal_name(life, signal), text


def _unjudged(life: LifeFacts) -> Iterator[Reason]:
    young = [w for w in life.weeks if any(e.note for e in w.findings if e.signal in life.limits)]
    if young:
        notes = [e.note for e in young[-1].findings if e.note and e.signal in life.limits]
        yield (
            f"{len(young)} {life.unit}s, {_span(life, young)}",
            f"Not judged. {life.name_of(young[-1])}: {notes[0]}.",
        )
    early = [w for w in life.weeks if w.labelled and w.value("label_rate") is None]
    early = [w for w in early if not life.classes]
    if early:
        yield (
            f"Outcomes in {len(early)} {life.unit}s, {_span(life, early)}",
            "Fewer than four fifths of the usual labels: those that come first are not like "
            "the rest.",
        )


def _better(life: LifeFacts) -> Iterator[Reason]:
    for signal, limit in life.limits.items():
        for week, each in life.found(signal):
            if each.p is not None and each.p < limit and not each.breach:
                yield (
                    f"{signal_name(life, signal)}, {life.name_of(week)}",
                    f"{chance(each.p).capitalize()} of all {life.unit}s lie as far away, which is "
                    f"below {percent(limit)}; but it was better: no reason to replace a model.",
                )


def _psi(life: LifeFacts, baseline: str, title: str) -> Iterator[Reason]:
    known = [(w, e) for w, e in life.found("psi", baseline) if not _answers(e)]
    if not known:
        return
    weeks = {week.week for week, _ in known}
    beyond = {week.week for week, each in known if each.value > RULE_OF_THUMB}
    week, most = max(known, key=lambda one: one[1].value)
    yield (
        title,
        f"Some beyond a PSI of {RULE_OF_THUMB} in {len(beyond)} of {len(weeks)} {life.unit}s, "
        f"most of all {most.figure} with {most.value:.2f} ({life.name_of(week)}). Context: "
        f"features move {'with the season' if life.dated else 'by chance'} while a model is well.",
    )


def _test(life: LifeFacts) -> Iterator[Reason]:
    known = [e for _, e in life.found("performance", "test_labelled")]
    if known:
        values = [e.value for e in known]
        low, high, test = (
            figure(life, "performance", each)
            for each in (min(values), max(values), known[-1].reference)
        )
        yield (
            "Performance against the labelled test rows",
            f"{low} to {high} beside {test}. Context, because the rows of some {life.unit}s are "
            "harder than others.",
        )


def _season(life: LifeFacts) -> Iterator[Reason]:
    weeks = {w.week for w in life.weeks for e in w.findings if e.baseline == "same_season"}
    yield (
        "The same season a year before",
        f"{len(weeks)} of {len(life.weeks)} {life.unit}s have one. Context."
        if weeks
        else f"No {life.unit} has one: nothing was watched 52 {life.unit}s earlier.",
    )


def _span(life: LifeFacts, weeks: list[WatchedWeek]) -> str:
    first, last = life.name_of(weeks[0]), life.name_of(weeks[-1])
    return first if first == last else f"{first} to {last}"


def _answers(found: Finding) -> bool:
    return found.figure.startswith("output_")
