"""An AWS organisation and its clusters on a laptop, for any Pulumi program."""

from sandbox.errors import SandboxError
from sandbox.layout import Environment, EnvironmentLayout, Layout
from sandbox.parts import Part, answers, listens

__all__ = [
    "Environment",
    "EnvironmentLayout",
    "Layout",
    "Part",
    "SandboxError",
    "answers",
    "listens",
]
