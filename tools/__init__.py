"""Pinned builds of the engine and of Kubernetes for machines that lack them."""

from tools.ensure import ensure, locate
from tools.errors import ToolError
from tools.pins import TOOLS, Tool

__all__ = ["TOOLS", "Tool", "ToolError", "ensure", "locate"]
