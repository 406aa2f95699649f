"""How a step ends: lines for people, one line for programs."""

from __future__ import annotations

import json
import sys
from typing import Any


def tell(summary: str, result: dict[str, Any]) -> None:
    """Say what was done: lines for people, then one line of JSON for programs."""
    sys.stdout.write(f"{summary}\n{json.dumps(result, sort_keys=True)}\n")
