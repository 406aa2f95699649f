"""`python -m tools ensure [NAME…]` and `python -m tools path`."""

import argparse
import sys
from pathlib import Path

from tools import TOOLS, ToolError, ensure, locate
from tools.built import noting
from tools.pins import named


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when every program is there."""
    parser = argparse.ArgumentParser(prog="python -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    ensuring = commands.add_parser("ensure", help="find or build programs; says what it does")
    ensuring.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TOOLS))
    ensuring.add_argument(
        "--note", type=Path, metavar="FILE", help="add there how long it took, if it builds"
    )
    commands.add_parser("path", help="print the directory that holds the programs")
    options = parser.parse_args(arguments)
    names, note = getattr(options, "names", ()), getattr(options, "note", None)
    try:
        builds = note is not None and any(locate(tool) is None for tool in named(names))
        with noting("tools", note if builds else None):
            folder = ensure(names, _report)
    except ToolError as error:
        _report(f"error: {error}")
        return 3
    except KeyboardInterrupt:
        _report("stopped; what was compiled so far is kept, the next run goes on from there")
        return 130
    if options.command == "path":
        sys.stdout.write(f"{folder}\n")
    else:
        _report(f"ready in {folder}")
    return 0


def _report(line: str) -> None:
    sys.stderr.write(f"tools: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
