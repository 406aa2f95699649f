"""Step `watch`: compare complete weeks of answers with those before; tell what broke."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import date

from ml.data.store import Store
from ml.failures import StepError
from ml.steps.arguments import StepParser, spec_of
from ml.steps.telling import tell


def run(argv: Sequence[str]) -> int:
    """Watch every week that is open, or one; doing it again changes nothing."""
    flags = _parser().read(argv)
    spec, lake, artifacts = spec_of(flags), _root(flags, "lake"), _root(flags, "artifacts")
    until, only = _day(flags, "until"), _day(flags, "week")
    if only is None and not Store(lake).list(f"predictions/{spec.name}/_delta_log/"):
        tell(f"{spec.name}: no answers yet", {"step": "watch", "complete": 0, "weeks": []})
        return 0
    # What compares weeks takes seconds to load, and most models of most environments answer none.
    from ml.steps.watch_weeks import watch_weeks

    watch_weeks(spec, lake, artifacts, until=until, only=only)
    return 0


def _parser() -> StepParser:
    parser = StepParser("watch", __doc__)
    parser.add_argument("--lake", help="root of the lakehouse, s3://BUCKET; or MODELYARD_LAKE")
    parser.add_argument(
        "--artifacts", help="bucket of the packages, s3://BUCKET; or MODELYARD_ARTIFACTS"
    )
    parser.add_argument("--until", help="weeks that ended by this day are complete, 2013-12-09")
    parser.add_argument("--week", help="only the week that begins on this Monday")
    return parser


def _root(flags: argparse.Namespace, name: str) -> str:
    variable = f"MODELYARD_{name.upper()}"
    given = getattr(flags, name) or os.environ.get(variable, "")
    if not given:
        raise StepError(f"--{name} is missing; give it, or set {variable}", exit_code=2)
    return str(given).rstrip("/")


def _day(flags: argparse.Namespace, name: str) -> date | None:
    given = getattr(flags, name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise StepError(
            f"--{name}: {given!r} is not a date; write it as 2013-12-02", exit_code=2
        ) from None
