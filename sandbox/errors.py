"""One kind of failure that a user can act on, so that nobody has to read a traceback."""


class SandboxError(Exception):
    """Says what is wrong and what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}\n{remedy}" if remedy else message)
        self.message = message
        """What is wrong, and where."""
        self.remedy = remedy
        """What the reader can do about it, ending in the command to run."""
