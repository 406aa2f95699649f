"""The sections of model.yaml that say when a model is good enough and how it lives afterwards."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ml.spec_sections import Kebab, Name, Section, Task, Text

Metric = Literal[
    "roc_auc",
    "average_precision",
    "brier",
    "log_loss",
    "accuracy",
    "macro_f1",
    "roc_auc_ovr",
    "mae",
    "rmse",
    "r2",
]
METRICS_OF: Mapping[Task, tuple[Metric, ...]] = {
    "classification": ("roc_auc", "average_precision", "log_loss", "brier"),
    "multiclass": ("log_loss", "accuracy", "macro_f1", "roc_auc_ovr"),
    "regression": ("r2", "rmse", "mae"),
}
"""What a model of each task can be judged by."""
Cron = Annotated[str, StringConstraints(pattern=r"^(\S+ ){4}\S+$")]


class PrimaryMetric(Section):
    """The figure that decides."""

    metric: Metric
    minimum: float
    """Worst acceptable value (an upper limit for errors) on the holdout."""
    margin_over_baseline: float = Field(default=0.0, ge=0)
    """How much better than the baseline the lower end of the interval must be."""
    margin_over_champion: float = 0.0
    """How much better than the champion the lower end of the interval must be."""


class SecondMetric(Section):
    """A figure that may not suffer for the first one's sake."""

    metric: Metric
    tolerance: float = Field(default=0.0, ge=0)
    """How much worse than the champion it may be."""


class SliceLimit(Section):
    """A group of rows that the average must not hide."""

    column: Name
    minimum_rows: int = Field(default=500, gt=0)
    """Groups with fewer labelled rows are reported, not judged."""
    tolerance: float = Field(ge=0)
    """How much worse than the champion (or baseline) the primary metric may be in any group."""


class FairnessLimit(Section):
    """The largest difference of the true positive rate between groups of a column.

    Defined where there is a positive case: for `classification` only.
    """

    column: Name
    minimum_positives: int = Field(default=100, gt=0)
    """Groups with fewer labelled positive cases are reported, not judged: the rate of a hundred
    cases is uncertain by five hundredths."""
    maximum_difference: float = Field(gt=0, le=1)


class Gates(Section):
    """What a candidate must show on rows later than any it was trained on."""

    holdout_days: int | None = Field(default=None, gt=0)
    """The last local days of the window; fixed here so that nobody picks a kind one later."""
    holdout_fraction: float | None = Field(default=None, gt=0, lt=1)
    """For models without event time: the share of entities held out, chosen by hash."""
    holdout_by: Name | None = None
    """With `holdout_fraction`: a column of the base table whose equal values are held out together
    and drawn together by the bootstrap, like the rows of one customer. Spread over both sides they
    would be recognised rather than predicted."""
    minimum_labelled_days: int = Field(default=1, ge=1)
    """Fewer is "not enough evidence", which is not a pass."""
    baseline: tuple[Name, ...] = ()
    """Features whose observed mean per group is the one to beat; none is the overall mean."""
    primary: PrimaryMetric
    second: SecondMetric | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=200, ge=50, le=10_000)
    slices: tuple[SliceLimit, ...] = ()
    fairness: tuple[FairnessLimit, ...] = ()
    latency_ms: float = Field(default=20.0, gt=0)
    """Longest acceptable median time for one row."""


class Replicas(Section):
    """The autoscaler's range."""

    minimum: int = Field(default=2, ge=1)
    maximum: int = Field(default=4, ge=1)


class Serving(Section):
    """How the endpoint runs."""

    replicas: Replicas = Replicas()
    cpu: float = Field(default=0.5, gt=0)
    """Cores requested by each replica."""
    memory_mib: int = Field(default=768, ge=256)
    strategy: Literal["rolling", "canary", "shadow"] = "rolling"
    latency_p99_ms: float = Field(default=50.0, gt=0)
    capture: Literal["segments", "durable", "off"] = "segments"
    """Accepted and not acted on: answers always go to segments on the pod's volume, of which a
    lost node loses what was not uploaded yet."""


class Consumer(Section):
    """Someone who may call the endpoint; nobody else can reach it."""

    name: Kebab
    namespace: Kebab


class Batch(Section):
    """Scoring of whole tables on a schedule."""

    schedule: Cron


class Alarm(Section):
    """A signal that may wake someone or start a retraining."""

    signal: Literal["mean_prediction", "label_rate", "performance"]
    p_below: float = Field(default=0.02, gt=0, lt=1)
    """Rings when the current week is this unlikely among whole reference weeks, counting both
    directions: of calm weeks this share rings, and half of it for `performance`, which rings only
    when it got worse."""


class Monitoring(Section):
    """What is watched; features are context, because they move with every season."""

    baselines: tuple[
        Literal["validation", "test_labelled", "recent_production", "same_season"], ...
    ] = ("validation", "test_labelled", "recent_production", "same_season")
    """What a week is shown beside; only recent production can ring."""
    reference_weeks: int = Field(default=8, ge=2)
    """Weeks before a week whose spread says how far it may lie from them."""
    alarms: tuple[Alarm, ...] = ()
    context: tuple[Literal["features"], ...] = ("features",)
    schedule: Cron = "0 6 * * 2"
    """Tuesdays: a week is complete when an answer of the next one is there."""
    final_after_days: int = Field(default=56, ge=0)
    """How long late labels open a week again; afterwards its figures stay. Where rows have no day,
    days by the time of the answers, within the two million newest ones."""
    slice_rows: int = Field(default=500, ge=50)
    """Where rows have no day: rows in a slice, which stands for a week."""


class Retrain(Section):
    """When a new version is made without anybody asking."""

    window_days: int | None = Field(default=None, gt=0)
    """Days of history to train on; none takes all there is."""
    schedule: Cron | None = None
    triggers: tuple[Literal["schedule", "command", "alarm"], ...] = ("command",)
    cooldown_days: int = Field(default=7, ge=0)
    weekly_limit: int = Field(default=1, ge=1)
    cost_cap_usd: float = Field(default=25.0, gt=0)
    """Most that automatic retraining may cost in a calendar month."""


class Promotion(Section):
    """What travels between environments, and who must agree."""

    mode: Literal["code", "model"] = "code"
    """`code`: each environment trains on its own data; `model`: the same bytes move on."""
    approval: Literal["required", "gate"] = "required"
    """`gate`: in production a passed gate is enough for an automatic retraining."""
    runbook: Text | None = None
