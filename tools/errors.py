"""The one failure of this room: a program that can be neither found nor built."""


class ToolError(Exception):
    """Says which program is missing, why, and every way to get it."""
