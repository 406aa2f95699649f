"""What a sandbox is not: which resources are only recorded, and what its containers may do."""

import json
import urllib.request
from collections.abc import Mapping

from sandbox.layout import Layout

SECONDS = 2.0
"""Longer than this nobody waits for a count."""


def type_counts(layout: Layout) -> Mapping[str, Mapping[str, int]]:
    """`real` and `recorded`: resources and types, as the emulator counts; empty without one."""
    try:
        with urllib.request.urlopen(
            f"{layout.aws_endpoint}/_sandbox/counts", timeout=SECONDS
        ) as answer:
            counts: Mapping[str, Mapping[str, int]] = json.load(answer)
    except (OSError, ValueError):
        return {}
    return counts


def not_enforced() -> tuple[str, ...]:
    """What a container on AWS is held to and one on this machine is not."""
    # Only a status that is asked for pays for trying out what the machine allows.
    from sandbox.containers import isolation

    return isolation().not_enforced
