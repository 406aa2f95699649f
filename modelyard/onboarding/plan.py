"""Everything that was decided about a file and the model made from it."""

from dataclasses import dataclass, field
from enum import StrEnum

from modelyard.onboarding.names import ROW_KEY
from modelyard.onboarding.profile import Profile
from modelyard.onboarding.target import Target


class Role(StrEnum):
    """What a column is for."""

    KEY = "key"
    TIME = "time"
    LABEL = "label"
    FEATURE = "feature"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the file and what becomes of it."""

    number: int
    name: str
    """In the contract and in requests."""
    original: str
    """In the file."""
    profile: Profile
    role: Role
    why: str = ""
    """Why it is left out, or why it has its role."""
    personal: str = ""
    """What it looks like, where it looks personal: restricted, and not in the mirror."""
    narrows_down: bool = False
    shared: bool = False
    """Whether it is an identifier of which several rows have the same; the mirror has pseudonyms
    of it, so that they stay together."""
    strength: float = 0.0
    """How well it tells the label alone, from 0 to 1, on a sample."""
    suspect: bool = False

    @property
    def restricted(self) -> bool:
        """Whether it must not reach the mirror as it is."""
        return bool(self.personal) or self.role is Role.KEY

    @property
    def feature(self) -> str:
        """What it is called as a feature: days are counted."""
        if self.profile.kind.logical in ("date", "timestamp"):
            return f"{self.name[:35]}_days"
        return self.name

    @property
    def feature_kind(self) -> str:
        """`number` or `text`."""
        return "text" if self.profile.kind.logical == "string" else "number"


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """What is kept to judge on: the last days, or a share of the keys."""

    days: int | None = None
    fraction: float | None = None
    groups: int = 0
    """Where whole groups are held out: how many of them have a label."""
    minimum: int = 1
    """Labelled days, rows or groups below which there is not enough evidence."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A file's columns, the question, and how it is judged."""

    model: str
    table: str
    rows: int
    columns: tuple[Column, ...]
    target: Target
    holdout: Holdout
    key: tuple[str, ...]
    """Names of the columns that name a row; `row_id` where none does."""
    group: str = ""
    """The identifier whose rows belong together, as those of one customer do: on both sides of
    the holdout they would be recognised rather than predicted. Empty where none repeats."""
    copies: int = 0
    """Rows that an earlier one equals in every column."""
    once: bool = True
    """Whether copies count once: a key names a row, or else its content does. Otherwise equal rows
    are chance, and all of them are numbered."""
    typical_error: float | None = None
    """Mean distance of a quantity from its median: what no model must exceed."""
    skipped: tuple[str, ...] = field(default=())

    @property
    def keyless(self) -> bool:
        """Whether no column of the file names a row."""
        return self.key == (ROW_KEY,)

    @property
    def counted(self) -> int:
        """Rows that can be learned from."""
        return self.rows - self.copies if self.once else self.rows

    def of(self, role: Role) -> tuple[Column, ...]:
        """The columns of one role, in the file's order."""
        return tuple(column for column in self.columns if column.role is role)

    @property
    def label(self) -> Column:
        """The outcome."""
        return self.of(Role.LABEL)[0]

    @property
    def time(self) -> Column | None:
        """When a row's question was asked; none for rows without a place in time."""
        return next(iter(self.of(Role.TIME)), None)

    @property
    def features(self) -> tuple[Column, ...]:
        """What the model sees of the file."""
        return self.of(Role.FEATURE)

    @property
    def restricted(self) -> tuple[Column, ...]:
        """What does not reach the mirror as it is."""
        return tuple(column for column in self.columns if column.restricted)

    @property
    def pseudonyms(self) -> tuple[str, ...]:
        """Names of the restricted columns that the mirror keeps, as pseudonyms."""
        shared = [column.name for column in self.columns if column.shared]
        time = self.time.name if self.time is not None else None
        return tuple(name for name in dict.fromkeys((*self.key, *shared)) if name != time)
