"""Stage nine of a table without time: its rows are asked in equal slices, told and watched."""

from functools import partial
from typing import Any

from modelyard.errors import YardError
from modelyard.live.asking import ask, post_labels
from modelyard.live.champion import champion
from modelyard.live.endpoint import Endpoint, endpoint
from modelyard.live.example import drawn_rows
from modelyard.live.watch_job import WatchJob
from modelyard.live.watching import WatchedWeek, watched_weeks, weeks_in
from modelyard.place import Place
from modelyard.story.patience import until_ended, when_changed
from modelyard.story.record import written_slices
from modelyard.story.rows import labelled_in
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller

MOST = 26
"""As many slices as half a year has weeks; a longer table is drawn from."""


def stages(teller: Teller) -> list[Stage]:
    """Return the stage of the model's life."""
    return [
        Stage(
            name="life",
            title="Life: its rows asked in equal slices, told the outcomes, watched by the slice",
            is_true=lambda: _lived(teller),
            make=lambda: _live(teller),
            figures=lambda: _figures(teller),
        )
    ]


def _lived(teller: Teller) -> str | None:
    place = teller.place("prod")
    try:
        found = _told(watched_weeks(place, teller.model))
        if len(found) < _enough(teller, champion(place, teller.model).run):
            return None
    except YardError:
        return None
    rows, labelled = sum(each.rows for each in found), sum(each.labelled for each in found)
    judged = sum(not each.unjudged for each in found)
    broke = [", ".join(each.broke) for each in found if each.broke]
    return (
        f"{len(found)} slices watched, {rows:,} answers, {labelled / rows:.1%} labelled, "
        f"{judged} judged, unlike the slices before: {'; '.join(broke) or 'none'}"
    )


def _live(teller: Teller) -> dict[str, Any]:
    place, model = teller.place("prod"), teller.model
    size, found, run = _slice_rows(teller), endpoint(place, model), champion(place, model).run
    rows = drawn_rows(place, model, run, count=MOST * size)
    ids: list[str] = []
    for number, part in enumerate(rows.iter_slices(size), start=1):
        ids += _ask_and_tell(found, part)
        teller.report(f"{part.height} rows asked and told, {number} of {-(-rows.height // size)}")
    _see_merged(place, model, ids)
    told = _watch(place, model, _enough(teller, run))
    for number, each in enumerate(told, start=1):
        teller.report(_said(number, each, teller.subject.words))
    return {}


def _figures(teller: Teller) -> dict[str, Any]:
    found = _told(watched_weeks(teller.place("prod"), teller.model))
    return {
        "rows": {
            "answers": sum(each.rows for each in found),
            "outcomes": sum(each.labelled for each in found),
        },
        "slices": written_slices(found),
    }


def _ask_and_tell(found: Endpoint, part: Any) -> list[str]:
    answers = ask(found, part)
    post_labels(found, answers.select("prediction_id", "row").hstack(part.select("label")))
    return list(answers["prediction_id"].unique())


def _see_merged(place: Place, model: str, ids: list[str]) -> None:
    """Wait until the collector has brought these answers and their outcomes to the tables."""
    import pyarrow.compute as columns

    asked = columns.field("prediction_id").isin(ids)
    for name in ("predictions", "labels"):

        def arrived(table: Any) -> bool | None:
            there = table.to_pyarrow_dataset().to_table(["prediction_id"], filter=asked)
            return len(there["prediction_id"].unique()) == len(ids) or None

        table = f"{name}/{model}"
        when_changed(place, table, arrived, f"{len(ids)} requests in {table}")


def _watch(place: Place, model: str, enough: int) -> list[WatchedWeek]:
    """Start the watch by hand, for slices have no hour; return those that were told outcomes."""
    job = WatchJob(place, model)
    # One that began before the last rows came leaves their slices to the next.
    until_ended(job)
    started = job.start()

    def watched(table: Any) -> list[WatchedWeek] | None:
        found = _told(weeks_in(table))
        return found if len(found) >= enough else None

    what = f"{enough} slices to be watched"
    sound = partial(job.require_sound, started)
    return when_changed(place, f"metrics/{model}", watched, what, meanwhile=sound)


def _told(slices: list[WatchedWeek]) -> list[WatchedWeek]:
    """Those of this life: the background client tells no outcomes."""
    return [each for each in slices if each.labelled]


def _enough(teller: Teller, run: str) -> int:
    """How many slices there are at least; the first rows fill one that others began."""
    rows = labelled_in(teller.place("prod"), teller.model, run)
    return max(1, min(MOST, rows // _slice_rows(teller)) - 1)


def _slice_rows(teller: Teller) -> int:
    from ml.spec import load_model

    return load_model(teller.root / "models" / teller.model).monitoring.slice_rows


def _said(number: int, found: WatchedWeek, words: dict[str, str]) -> str:
    verdict = f"unlike the slices before: {', '.join(found.broke)}" if found.broke else "calm"
    if found.unjudged and not found.broke:
        verdict = f"not enough history yet for {', '.join(found.unjudged)}"
    told = found.figures(**words)
    asked = f"slice {number}: {found.rows} asked, {found.coverage:.0%} told"
    return ", ".join([asked, *told, verdict])
