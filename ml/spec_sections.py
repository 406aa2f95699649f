"""The sections of model.yaml that describe the problem, the data and the features."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Section(BaseModel):
    """A part of model.yaml: frozen once read, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Problem(Section):
    """Why the model exists, in the words of those who pay for it; no line may be empty."""

    objective: Text
    business_metric: Text
    current_situation: Text
    proposed_solution: Text
    available_data: Text
    requirements: tuple[Text, ...] = Field(min_length=1)
    owner: Text
    draft: bool = False
    """Generated, not thought through so far: the model card says so; nothing refuses it."""


class KnownAt(Section):
    """The moment from which a row may be used: its column's instant plus a delay."""

    column: Name
    after_minutes: int = Field(default=0, ge=0)
    """Minutes after `column` until the value can be known; one too few looks into the future."""
    tolerance_minutes: int | None = Field(default=None, gt=0)
    """A value known longer ago than this counts as missing; none keeps it for ever."""


class Recent(Section):
    """How much of a table a server keeps to build features of requests that come by key."""

    column: Name
    """The table's own instant by which it is cut."""
    days: int = Field(default=45, gt=0)
    """Days before the newest row: the longest look back, and all that is asked about at once."""
    reach_hours: int | None = Field(default=None, gt=0)
    """Rows are read from this long before the first question of a request to the last one; none
    reads all that is kept."""


class Coarsening(Section):
    """How a quasi-identifier loses detail before it leaves production."""

    band: int | float = Field(gt=0)
    """Numbers are cut down to a multiple of this width, which may be a fraction."""


class TableRedaction(Section):
    """What happens to one table on its way into the mirror."""

    pseudonyms: dict[Name, Name] = Field(default_factory=dict)
    """Column to domain: equal values of one domain get equal pseudonyms, so joins still work."""
    coarsen: dict[Name, Coarsening] = Field(default_factory=dict)
    drop: tuple[Name, ...] = ()
    quasi_identifiers: tuple[Name, ...] = ()
    """Columns that together must fit at least k rows."""
    suppress_at_most: float = Field(default=0.0, ge=0, le=1)
    """Share of rows in classes below k that may be left out; more refuses the whole mirror."""


class Redaction(Section):
    """The rules under which production data becomes readable for development."""

    k: int = Field(default=5, ge=2)
    tables: dict[Name, TableRedaction] = Field(default_factory=dict)


class Data(Section):
    """Where the rows come from, and what may be known when."""

    tables: tuple[Name, ...] = Field(min_length=1)
    """The source tables, the one with a row per prediction first."""
    contract: Text = "contract.yaml"
    entity_key: tuple[Name, ...] = Field(min_length=1)
    event_time: Name | None = None
    """UTC instant at which the question is asked; none for rows without a place in time."""
    day: Name | None = None
    """Local calendar day of the row: windows, holdouts and bootstraps are cut by it."""
    zone: ZoneInfo = ZoneInfo("UTC")
    """Whose midnights end `day`: a retraining reads no day that is not over there."""
    label: Name
    outcomes: tuple[Name, ...] = ()
    """Columns of the base table that nobody knows when the question is asked, beside the label."""
    known_at: dict[Name, KnownAt] = Field(default_factory=dict)
    recent: dict[Name, Recent] = Field(default_factory=dict)
    """What servers keep of a table; one that is not named here is kept whole, but for the base."""
    redaction: Redaction = Redaction()

    @property
    def base(self) -> str:
        """The table with one row per prediction."""
        return self.tables[0]


BESIDE_FEATURES = frozenset(
    {"prediction_id", "row", "score", "version", "package_digest", "day", "label", "known_at"}
    | {"holdout_group"}
)
"""What stands beside the features of a row, in training or when its answer is watched."""

FeatureKind = Literal["number", "text"]
Task = Literal["classification", "multiclass", "regression"]
"""Which of two outcomes, which of several, or how much."""


class Features(Section):
    """The columns a model sees, in order; `build` in features.py makes exactly these."""

    columns: dict[Name, FeatureKind] = Field(min_length=1)


class Estimator(Section):
    """How the model is made; `function` in estimator.py returns a scikit-learn Pipeline."""

    function: Name = "build"
    task: Task
    """`classification`: labels 0 and 1; `multiclass`: texts or whole numbers, whose classes are
    learned from the training rows; `regression`: a quantity.
    """
    seed: int = 7
    parameters: dict[Name, int | float | str | bool] = Field(default_factory=dict)
    search: dict[Name, tuple[int | float | str | bool, ...]] = Field(default_factory=dict)
