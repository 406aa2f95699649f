"""The one exception by which a step tells its user what is wrong and what to do about it."""


class StepError(Exception):
    """Expected trouble: wrong data, missing input, a refused batch; shown without a traceback."""

    exit_code = 3

    def __init__(self, message: str, *, exit_code: int = 3) -> None:
        super().__init__(message)
        self.exit_code = exit_code
