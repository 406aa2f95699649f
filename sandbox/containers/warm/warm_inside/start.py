"""Starts a warm interpreter: `python start.py NAME MEMORY PACKAGES READY`, by path in an image.

NAME is the socket's, MEMORY the file with what is known of modules, PACKAGES the folder they are
loaded from, READY a file number that gets a byte once the socket is there.
"""

import importlib
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Serve; in a copy, be the container's command."""
    sys.path[0] = str(FOLDER.parent)
    becoming, rights, serving = (
        importlib.import_module(f"{FOLDER.name}.{each}")
        for each in ("becoming", "rights", "serving")
    )
    # Where it was found is not there any more in a container.
    del sys.path[0]
    rights.die_with_parent()
    name, memory, packages, ready = sys.argv[1:]
    before = dict(os.environ)
    server = serving.Server(name, Path(memory), packages)
    os.write(int(ready), b"+")
    os.close(int(ready))
    order = server.serve()
    own = {key: value for key, value in os.environ.items() if before.get(key) != value}
    becoming.run(order, own)


if __name__ == "__main__":
    main()
