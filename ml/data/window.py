"""The local days a table is made of: from the first to the last, the last one exclusive."""

from dataclasses import dataclass
from datetime import date

from ml.failures import StepError

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Window:
    """Local calendar days [start, end); a side that is none reaches as far as the data do."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise StepError(f"window: start {self.start} must be before end {self.end}")


def parse_window(start: str, end: str) -> Window:
    """The window between two ISO dates, each of which may be `all`."""
    return Window(start=_day("--start", start), end=_day("--end", end))


def _day(flag: str, text: str) -> date | None:
    if text == ALL:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StepError(
            f"{flag}: {text!r} is not a date; write it as 2013-05-01, or {ALL!r}", exit_code=2
        ) from None
