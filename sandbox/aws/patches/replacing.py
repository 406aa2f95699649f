"""The one place where another library's class is changed, so that every change is easy to find."""

from types import ModuleType


def replace(owner: type | ModuleType, name: str, value: object) -> None:
    """Put `value` where moto has its own; for what moto lacks, add it."""
    setattr(owner, name, value)
