"""`python -m sandbox supervise ROOT`: the process that `up` leaves running."""

import sys
from pathlib import Path

from sandbox.guard import supervise

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "supervise":
        sys.exit("usage: python -m sandbox supervise ROOT")
    sys.exit(supervise(Path(sys.argv[2])))
