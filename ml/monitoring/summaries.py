"""What weeks came to, kept so that a later run reads only those that something was added to."""

from __future__ import annotations

import json
from dataclasses import asdict

from ml.canonical import canonical, digest_of
from ml.data.store import Store
from ml.monitoring.answered_week import Held
from ml.monitoring.signals import Subject, WeekSummary
from ml.monitoring.windows import Week

FOLDER = "reports/watch"
FORMAT = 2
"""Raised whenever `summarise` would say something else about the same rows."""


class Summaries:
    """One model's summaries; one is used only for the very rows and labels that it was made of."""

    def __init__(self, files: Store, model: str, subject: Subject) -> None:
        self._files = files
        self._folder = f"{FOLDER}/{model}/summaries"
        self._subject = digest_of(canonical({"format": FORMAT, **asdict(subject)}))

    def recall(self, week: Week, held: Held) -> WeekSummary | None:
        """The summary of a week that holds no more than when it was made, else None."""
        body = self._files.get(self._key(week))
        kept = json.loads(body) if body else {}
        if kept.get("subject") != self._subject or kept.get("held") != asdict(held):
            return None
        facts = kept["summary"]
        values = {(signal, figure): value for signal, figure, value in facts.pop("values")}
        return WeekSummary(week=week, values=values, **facts)

    def keep(self, summary: WeekSummary, held: Held) -> None:
        """Put a summary where the next run finds it."""
        facts = {
            "rows": summary.rows,
            "labelled": summary.labelled,
            "versions": summary.versions,
            "package": summary.package,
            "values": [[*key, value] for key, value in summary.values.items()],
            "counts": summary.counts,
        }
        kept = {"subject": self._subject, "held": asdict(held), "summary": facts}
        self._files.put(self._key(summary.week), json.dumps(kept, allow_nan=False).encode())

    def _key(self, week: Week) -> str:
        return f"{self._folder}/{week.start.isoformat()}.json"
