"""What somebody typed about a file, with names as they stand in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import UsageError, unknown
from modelyard.onboarding.names import contract_name
from modelyard.onboarding.target import TASKS

NONE = "none"
"""In place of a column: there is none, do not look for one."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of `modelyard model new`."""

    model: str
    file: Path
    label: str
    key: tuple[str, ...] = ()
    time: str | None = None
    task: str | None = None
    keep: tuple[str, ...] = field(default=())
    """Columns that are features although they look personal, or like an identifier."""
    leave_out: tuple[str, ...] = field(default=())
    encoding: str | None = None
    delimiter: str | None = None
    most_features: int = 200

    def __post_init__(self) -> None:
        if self.task is not None and self.task not in TASKS:
            raise UsageError(f'--task "{self.task}" is not known.', remedy=" | ".join(TASKS))
        if len(self.key) > 1 and NONE in self.key:
            raise UsageError("--key none cannot be combined with another --key.")
        if self.delimiter is None:
            return
        # As a shell leaves it: a tab is hard to type.
        object.__setattr__(self, "delimiter", self.delimiter.replace("\\t", "\t"))
        if len(self.delimiter) != 1:
            raise UsageError("--delimiter is one character.", remedy="--delimiter ';'")
        if self.delimiter in "\"'\r\n":
            raise UsageError(
                "--delimiter is what divides the fields; quotes and line ends do not.",
                remedy="--delimiter ';'",
            )


def position(given: str, originals: Sequence[str], names: Sequence[str], option: str) -> int:
    """Which column is meant: as the file spells it, or as the contract will, in any case."""
    for spelled, wanted in ((originals, given), (names, given), (names, contract_name(given))):
        matches = [number for number, name in enumerate(spelled) if name == wanted]
        if len(matches) == 1:
            return matches[0]
        if len(matches) > 1:
            raise UsageError(
                f'{option}: the file has {len(matches)} columns called "{given}".',
                remedy=f"take one of: {', '.join(names[number] for number in matches)}",
            )
    raise unknown(f"column for {option}", given, originals, where="the file")
