"""Prints the seconds of recovery that a run of the tests has measured, as a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from xml.etree import ElementTree

PROPERTY = "recovered"
"""What `tests/recovery.py` calls a measurement in the report of a run."""


def main(arguments: list[str] | None = None) -> int:
    """Read reports of pytest (--junitxml) and print one row for each fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.recoveries", description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, help="files that --junitxml has written")
    found: list[tuple[str, str, str]] = []
    for report in parser.parse_args(arguments).reports:
        try:
            found += measured(report)
        except (OSError, ElementTree.ParseError) as error:
            sys.stderr.write(f"error: {report} is no report of a run: {error}\n")
            return 1
    if not found:
        sys.stderr.write("error: no recovery was measured in these runs\n")
        return 1
    sys.stdout.write("| fault | recovered after | test |\n|---|---|---|\n")
    sys.stdout.writelines(f"| {fault} | {took} | `{test}` |\n" for fault, took, test in found)
    return 0


def measured(report: Path) -> list[tuple[str, str, str]]:
    """Fault, seconds and test file of every measurement in a report, in its order."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        test = case.get("classname", "").replace(".", "/") + ".py"
        for each in case.iter("property"):
            if each.get("name") == PROPERTY:
                fault, _, took = each.get("value", "").rpartition(": ")
                found.append((fault, took, test))
    return found


if __name__ == "__main__":
    sys.exit(main())
