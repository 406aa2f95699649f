"""The one place where another library's class is changed, so that every change is easy to find."""

import functools
from types import ModuleType

from moto.core.utils import method_names_from_class

method_names = functools.cache(method_names_from_class)
"""The methods of a response class, inspected once: moto does it at every request."""


def replace(owner: type | ModuleType, name: str, value: object) -> None:
    """Put `value` where moto has its own; for what moto lacks, add it."""
    setattr(owner, name, value)
    # An operation that is added after a request was answered would stay unknown.
    method_names.cache_clear()
