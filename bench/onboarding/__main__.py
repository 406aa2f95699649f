"""Makes a model folder from a generated file and prints rows, seconds and the most memory held."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.onboarding.customers import write
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.user_made import batches_of


def main(arguments: list[str] | None = None) -> int:
    """Generate, make the folder, cut the batches; each timed."""
    parser = argparse.ArgumentParser(prog="python -m bench.onboarding", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--measures", type=int, default=12, help="number columns beside seven")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--land", action="store_true", help="cut the batches that land as well")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"customers.{options.format}"
        # In a process of its own: what writes the file holds more of it than what reads it.
        writing = multiprocessing.get_context("spawn").Process(
            target=write, args=(file, options.rows, options.measures)
        )
        writing.start()
        writing.join()
        print_figures(measure(Path(folder), file, land=options.land))
    return 0


def measure(root: Path, file: Path, *, land: bool) -> dict[str, object]:
    """Seconds per stage; memory in MiB is this process's, which the database is part of."""
    (root / "models").mkdir()
    before = _most_memory()
    request = Request(model="customers", file=file, label="churned")
    made = make_model(root, request, force=False)
    figures: dict[str, object] = {
        "rows": made.plan.rows,
        "columns": len(made.plan.columns),
        "file_mib": file.stat().st_size >> 20,
        "seconds": round(made.seconds, 1),
        "memory_before_mib": before,
        "memory_mib": _most_memory(),
    }
    if land:
        begun, count = time.monotonic(), 0
        for _ in batches_of(root, "customers"):
            count += 1
        figures |= {"batches": count, "landing_seconds": round(time.monotonic() - begun, 1)}
        figures["memory_with_landing_mib"] = _most_memory()
    return figures


def print_figures(figures: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(figures) + "\n")


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    sys.exit(main())
