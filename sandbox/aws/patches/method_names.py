"""Fact: moto inspects the whole response class at every request, milliseconds each time."""

import functools

import moto.core.responses as core
from moto.core.utils import method_names_from_class

from sandbox.aws.patches.replacing import replace


def apply() -> None:
    """Inspect each class once."""
    replace(core, "method_names_from_class", functools.cache(method_names_from_class))
