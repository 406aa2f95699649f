"""An AWS organisation and its clusters on a laptop, for any Pulumi program."""

from sandbox.errors import SandboxError
from sandbox.layout import Environment, EnvironmentLayout, Layout
from sandbox.lifecycle import Sandbox
from sandbox.parts import Part, answers, listens
from sandbox.plan import Project, Worker
from sandbox.status import PartStatus, SandboxStatus

__all__ = [
    "Environment",
    "EnvironmentLayout",
    "Layout",
    "Part",
    "PartStatus",
    "Project",
    "Sandbox",
    "SandboxError",
    "SandboxStatus",
    "Worker",
    "answers",
    "listens",
]
