"""The container's entry point: `python -m ml STEP …` runs one step and nothing else."""

import importlib
import os
import signal
import sys
from collections.abc import Sequence

from ml.failures import StepError
from ml.spec_errors import SpecError

STEPS = {
    "ingest": "check landed files against the contract; fill raw, curated and quarantine tables",
    "refresh": "keep the recent part of curated tables, from which servers build features",
    "redact": "publish curated tables to the mirror, pseudonymised and checked for k-anonymity",
    "features": "build training and holdout tables as they could have been known at the time",
    "train": "fit the model on the training table",
    "evaluate": "measure the model and its baseline on the holdout",
    "gate": "decide, against baseline and champion, whether the model may be released",
    "refit": "fit a candidate that passed again, on all labelled rows",
    "package": "write the signed package: model, contract, card, lineage",
    "register": "enter the package in the model registry",
    "serve": "answer the Open Inference Protocol V2 (configured by MODELYARD_* variables)",
    "collect": "merge capture segments into the predictions table",
    "watch": "compare complete weeks of answers with those before; tell what broke",
}
"""Each step lives in ml.steps.<name>, imported only when asked for, and has run(argv) -> code."""

EXIT_CODES = {
    0: "done",
    1: "serve: stopped, and not everything captured was uploaded; the rest is on the volume",
    2: "wrong use",
    3: "wrong data or state, told in one message",
    4: "ingest: a batch was refused; all others are ingested",
    5: "redact: a person could be recognised; nothing was published",
    143: "told to stop before the end",
}


def usage() -> str:
    """What can be asked for, and how to learn more."""
    lines = [f"  {name:<10}{what}" for name, what in STEPS.items()]
    return "\n".join(
        [
            "usage: python -m ml STEP [--flag VALUE …]",
            "",
            "One step of a pipeline or one server, as it runs inside a container. Steps:",
            *lines,
            "",
            "python -m ml STEP --help    the flags of one step",
            "exit codes:",
            *(f"  {code:<10}{what}" for code, what in EXIT_CODES.items()),
        ]
    )


def main(argv: Sequence[str]) -> int:
    """Run one step; what the user got wrong is told in words, without a traceback."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())  # noqa: T201
        return 0 if argv else 2
    name, *rest = argv
    if name not in STEPS:
        print(f"unknown step {name!r}; allowed: {', '.join(STEPS)}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        return int(importlib.import_module(f"ml.steps.{name}").run(rest))
    except (SpecError, StepError) as error:
        print(f"ml {name}: {error}", file=sys.stderr)  # noqa: T201
        return getattr(error, "exit_code", 3)


def end_when_told(name: str) -> None:
    """End at SIGTERM: without a handler the kernel keeps it from a container's first process."""

    def end(*_: object) -> None:
        # Not by print, in the middle of which the signal may have come.
        os.write(2, f"ml {name}: told to stop before the end; run it again\n".encode())
        sys.exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)


if __name__ == "__main__":
    end_when_told(" ".join(sys.argv[1:2]))
    sys.exit(main(sys.argv[1:]))
