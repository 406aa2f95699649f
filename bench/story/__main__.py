"""Prints what the told story took per stage, the rows it used and the share of its limits."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from bench.story.timing import Limit, Taken, built, limits, taken
from modelyard.checkout import state_folder
from modelyard.story.book import stories
from modelyard.story.lengths import FLIGHTS


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of the story that this checkout has told."""
    parser = argparse.ArgumentParser(prog="python -m bench.story", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    path = state_folder() / "story.json"
    story = stories(path).get(FLIGHTS, {})
    stages = taken(story)
    if not stages:
        sys.stderr.write(f"error: {path} tells no story yet\n  run: make up\n")
        return 1
    before = built(story)
    found = limits(stages, before)
    if options.json:
        sys.stdout.write(json.dumps(_plain(before, stages, found), indent=2) + "\n")
    else:
        sys.stdout.write(_table([*before, *stages], found))
    return 0


def _plain(before: list[Taken], stages: list[Taken], found: list[Limit]) -> dict[str, Any]:
    return {
        "built": [asdict(piece) for piece in before],
        "stages": [asdict(stage) for stage in stages],
        "limits": [{**asdict(limit), "ratio": limit.ratio} for limit in found],
    }


def _table(stages: list[Taken], found: list[Limit]) -> str:
    lines = [f"{'stage':<68}{'seconds':>9}  rows"]
    for stage in stages:
        rows = ", ".join(f"{name} {count:,}" for name, count in stage.rows.items())
        lines.append(f"{stage.title:<68}{stage.seconds:>9.1f}  {rows}".rstrip())
    lines.append("")
    for limit in found:
        if limit.seconds is None or limit.ratio is None:
            said = limit.missing
        else:
            said = f"{limit.seconds:.1f} of {limit.limit_seconds:.0f} s: {limit.ratio:.2f}x"
        lines.append(f"{limit.name:<24}{said}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
