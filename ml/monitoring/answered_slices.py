"""The slices of a model's answers, many and small: they are read and counted a block at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ml.data.scan import Scan
from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.answers import DAY
from ml.monitoring.windows import cut_into_slices

TIME, ID = "time", "prediction_id"
BLOCK_ROWS = 50_000
"""So many rows of whole slices are read at once: each read looks through all labels since."""


def slices_of(times: pl.DataFrame, size: int) -> list[AnsweredWeek]:
    """Every full slice of the answers given at these times, which are in order."""
    found: list[AnsweredWeek] = []
    slices = list(cut_into_slices(times, size).items())
    together = max(BLOCK_ROWS // size, 1)
    for start in range(0, len(slices), together):
        block = slices[start : start + together]
        first, last = block[0][1][TIME][0], block[-1][1][TIME][-1]
        skip = start * size - int(times[TIME].search_sorted(first, side="left"))
        asked = (pc.field(TIME) >= pa.scalar(first)) & (pc.field(TIME) <= pa.scalar(last))
        found += (
            AnsweredWeek(
                week=week,
                ended=part[TIME][-1],
                where=asked,
                began=part[TIME][0],
                skip=skip + number * size,
                rows=size,
            )
            for number, (week, part) in enumerate(block)
        )
    return found


def labels_said(predictions: Scan, labels: Scan, slices: Sequence[AnsweredWeek]) -> list[int]:
    """How many labels were said of the answers of each slice, by the time of the answers.

    Slices that share a request share its labels: none is missed, and one may count twice.
    """
    if not slices:
        return []
    # Numbers stand for ids: millions of texts are more than the job's memory.
    key = pl.col(ID).hash()
    received = pc.field(DAY) >= pa.scalar(slices[0].began, pa.date32())
    counts = labels.read(columns=[ID], where=received).select(key)
    counts = counts.group_by(ID).agg(pl.len().alias("labels"))
    found = []
    for _, same in groupby(slices, lambda each: id(each.where)):
        block = list(same)
        asked = predictions.read(columns=[ID, TIME], where=block[0].where)
        known = asked.select(key, TIME).unique().join(counts, on=ID)
        for each in block:
            within = pl.col(TIME).is_between(each.began, each.ended)
            found.append(int(known.filter(within)["labels"].sum()))
    return found
