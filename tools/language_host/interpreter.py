"""How a Python module is run here: prepared where that is to be had, plain otherwise."""

import sys
from pathlib import Path

# Isolated and without site-packages: what this starts has both, it only asks for them.
SPAWN = (sys.executable, "-I", "-S", str(Path(__file__).with_name("spawn.py")))
"""The command, to be followed by the module's name and arguments."""
