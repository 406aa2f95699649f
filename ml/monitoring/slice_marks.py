"""What every open slice was made of when it was judged: what is unlike that is judged again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from ml.canonical import canonical, digest_of
from ml.data.store import Store
from ml.monitoring.answered_week import AnsweredWeek
from ml.monitoring.summaries import FOLDER, FORMAT
from ml.monitoring.watch import Rules
from ml.monitoring.windows import Week

Marks = Mapping[Week, str]
"""Slice → when its answers were given and how many labels had been said of them."""


def marks_of(parts: Sequence[AnsweredWeek], labels: Sequence[int]) -> Marks:
    """What each slice is made of; answers that came late move those after them."""
    return {
        part.week: f"{part.began}/{part.ended}/{said}"
        for part, said in zip(parts, labels, strict=True)
    }


class SliceMarks:
    """One model's marks in one file; without it every open slice is judged again, to the same end.

    Slices are many and small: to ask for a file of each would take as long as to read their rows.
    """

    def __init__(self, files: Store, model: str, rules: Rules) -> None:
        self._files = files
        self._key = f"{FOLDER}/{model}/slices.json"
        self._rules = digest_of(canonical({"format": FORMAT, **asdict(rules)}))

    def read(self) -> Marks:
        """The marks of the last run; none where it had other rules."""
        body = self._files.get(self._key)
        kept = json.loads(body) if body else {}
        if kept.get("rules") != self._rules:
            return {}
        return {Week(date.fromisoformat(day)): mark for day, mark in kept["marks"].items()}

    def keep(self, marks: Marks) -> None:
        """Put them where the next run finds them; only once all that is open was judged."""
        kept = {week.start.isoformat(): mark for week, mark in marks.items()}
        self._files.put(self._key, json.dumps({"rules": self._rules, "marks": kept}).encode())
