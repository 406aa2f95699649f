"""Fact: moto inspects the whole response class at every request, milliseconds each time."""

import moto.core.responses as core

from sandbox.aws.patches.replacing import method_names, replace


def apply() -> None:
    """Inspect each class once."""
    replace(core, "method_names_from_class", method_names)
