"""Measures how long containers of the running sandbox take to begin, as copies and anew."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox import SandboxError
from sandbox.containers import Container
from sandbox.layout import Layout

ROOT = Path(__file__).parents[2] / ".modelyard"
STEPS = ("serve", "watch_weeks", "features", "train", "refit")
"""What is imported before the first line of its own runs."""
ANEW = {"PYTHONHASHSEED": "0"}
"""Read as an interpreter starts, which no copy does."""


def main() -> int:
    """Run the comparison; the two take turns, and the median of each counts."""
    parser = argparse.ArgumentParser(prog="python -m bench.warm_start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    try:
        layout, image = Layout.load(ROOT), _image()
    except (SandboxError, LookupError) as error:
        sys.stderr.write(f"{error}\nBring it up first: modelyard up --story none\n")
        return 3
    found: dict[str, dict[str, float]] = {}
    for step in STEPS:
        # The first copies teach the interpreter what to load.
        for _ in range(2):
            _seconds(layout, image, step, {})
            time.sleep(5)
        pairs = [
            (_seconds(layout, image, step, ANEW), _seconds(layout, image, step, {}))
            for _ in range(options.rounds)
        ]
        anew, copy = (statistics.median(each) for each in zip(*pairs, strict=True))
        found[step] = {"anew": anew, "copy": copy, "ratio": anew / copy}
    _report(found, as_json=options.json)
    return 0


def _image() -> str:
    """The release image that was unpacked last."""
    unpacked = sorted((ROOT / "images" / "unpacked").glob("*/image.json"), key=_made)
    if not unpacked:
        raise LookupError("No image was run in this sandbox yet.")
    digest = unpacked[-1].parent.name.replace("-", ":", 1)
    return f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/modelyard/release@{digest}"


def _made(note: Path) -> float:
    return note.stat().st_mtime


def _seconds(layout: Layout, image: str, step: str, env: dict[str, str]) -> float:
    began = time.perf_counter()
    process = Container(
        layout=layout,
        image=image,
        # A module that imports what the step does, and has nothing to do.
        argv=("python", "-m", f"ml.steps.{step}"),
        env=env,
        temporary=("/tmp",),
    ).start(subprocess.DEVNULL, subprocess.DEVNULL)
    code = process.wait(120)
    if code:
        raise SandboxError(f"{step} ended with {code}.", "Read the log of warm-interpreters.")
    return time.perf_counter() - began


def _report(found: dict[str, dict[str, float]], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    table = Table("imports of", "started anew", "as a copy", "times sooner")
    for step, each in found.items():
        table.add_row(
            step, f"{each['anew']:.2f} s", f"{each['copy']:.2f} s", f"{each['ratio']:.1f}"
        )
    Console().print(table)


if __name__ == "__main__":
    raise SystemExit(main())
