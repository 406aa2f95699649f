"""`model.yaml` of a plan: a draft of the problem, and gates scaled to the rows there are."""

from typing import Any

from modelyard.onboarding.plan import Plan, Role
from modelyard.onboarding.writing.yaml_text import Flow, dump

LINEAR_BELOW = 2_000
"""Labelled rows below which a linear model is as good as boosted trees, and steadier."""
_HEAD = """\
# Made by `modelyard model new`. The problem is a draft: say in your own words what the model is
# for, then remove `draft: true`. Every other line is an assumption that you may change.
"""
_LEAST_AUC = 0.55
_ERROR_ROOM = 1.0


def spec_text(plan: Plan, *, file: str, owner: str) -> str:
    """The whole file."""
    document: dict[str, Any] = {
        "problem": _problem(plan, file, owner),
        "data": _data(plan),
        "features": {"columns": feature_columns(plan)},
        "estimator": _estimator(plan),
        "gates": _gates(plan),
        "serving": {
            "replicas": Flow(minimum=1, maximum=2),
            "cpu": 0.25,
            "memory_mib": 512 if len(plan.features) <= 50 else 1024,
        },
        "consumers": [Flow(name=_caller(plan.model), namespace=_caller(plan.model))],
        "monitoring": {
            "slice_rows": max(50, min(500, plan.counted // 20)),
            "alarms": [
                Flow(signal=signal, p_below=0.02)
                for signal in ("mean_prediction", "label_rate", "performance")
            ],
        },
        "retrain": {"triggers": ["command"]},
        "promotion": {"mode": "code", "approval": "required"},
    }
    return dump(document, head=_HEAD)


def feature_columns(plan: Plan) -> dict[str, str]:
    """What the model sees, in the file's order; the question's weekday and hour come last."""
    columns = {column.feature: column.feature_kind for column in plan.features}
    if plan.time is not None:
        columns[f"{plan.time.name[:30]}_weekday"] = "number"
        if plan.time.profile.kind.logical == "timestamp":
            columns[f"{plan.time.name[:30]}_hour"] = "number"
    return columns


def day_column(plan: Plan) -> str | None:
    """The day by which rows are cut, made from the time."""
    return f"{plan.time.name[:36]}_day" if plan.time is not None else None


def linear(plan: Plan) -> bool:
    """Whether the estimator is a linear model."""
    return plan.target.labelled < LINEAR_BELOW


def _problem(plan: Plan, file: str, owner: str) -> dict[str, Any]:
    label, labelled = plan.label.original, plan.target.labelled
    asked = {
        "classification": f"Tell how likely it is that {label} is {plan.target.positive}.",
        "multiclass": f"Tell which of {len(plan.target.classes)} classes {label} is.",
        "regression": f"Estimate {label}.",
    }[plan.target.task]
    return {
        "objective": asked,
        "business_metric": f"To be said: what improves when {label} is known in advance.",
        "current_situation": "To be said: how this is decided today.",
        "proposed_solution": f"A model of {len(feature_columns(plan))} features of {file}.",
        "available_data": f"{plan.counted:,} rows of {file}, {labelled:,} with a label.",
        "requirements": [
            f"No feature may be known later than {label}: to be checked by the owner."
        ],
        "owner": owner,
        "draft": True,
    }


def _data(plan: Plan) -> dict[str, Any]:
    data: dict[str, Any] = {"tables": [plan.table], "entity_key": [*plan.key]}
    if plan.time is not None:
        data |= {"event_time": plan.time.name, "day": day_column(plan)}
    data["label"] = plan.label.name
    if left_out := [column.name for column in plan.of(Role.LEFT_OUT)]:
        # No request has to carry what nothing is learned from; a leak is not even known yet.
        data["outcomes"] = left_out
    dropped = [column.name for column in plan.restricted if column.name not in plan.pseudonyms]
    rules: dict[str, Any] = {"pseudonyms": Flow({name: name for name in plan.pseudonyms})}
    if dropped:
        rules["drop"] = dropped
    data["redaction"] = {"k": 5, "tables": {plan.table: rules}}
    return data


def _estimator(plan: Plan) -> dict[str, Any]:
    made: dict[str, Any] = {"task": plan.target.task, "seed": 7}
    if linear(plan):
        return {
            **made,
            "parameters": Flow(strength=1.0),
            "search": Flow(strength=[0.1, 1.0, 10.0]),
        }
    parameters = Flow(learning_rate=0.1, max_iter=100, max_leaf_nodes=31)
    return {**made, "parameters": parameters, "search": Flow(max_leaf_nodes=[15, 31, 63])}


def _gates(plan: Plan) -> dict[str, Any]:
    gates: dict[str, Any] = {}
    if plan.holdout.days is not None:
        gates["holdout_days"] = plan.holdout.days
    else:
        gates["holdout_fraction"] = plan.holdout.fraction
        if plan.group:
            gates["holdout_by"] = plan.group
    gates["minimum_labelled_days"] = plan.holdout.minimum
    gates["baseline"] = []
    gates["primary"], gates["second"] = _metrics(plan)
    # A request is one tensor per feature: each costs a little.
    gates["latency_ms"] = 20 + len(plan.features) // 2
    return gates


def _metrics(plan: Plan) -> tuple[Flow, Flow]:
    margins = {"margin_over_baseline": 0.0, "margin_over_champion": 0.0}
    if plan.target.task == "regression":
        # The baseline says the mean; a model that errs more than that is worse than none.
        worst = float(f"{(plan.typical_error or 0.0) * _ERROR_ROOM:.4g}")
        # An equal model may replace its elder: three per cent of the error is noise.
        margins["margin_over_champion"] = -float(f"{worst * 0.03:.2g}")
        return Flow(metric="mae", minimum=worst, **margins), Flow(metric="r2", tolerance=0.05)
    margins["margin_over_champion"] = -0.02
    primary = "roc_auc" if plan.target.task == "classification" else "roc_auc_ovr"
    return Flow(metric=primary, minimum=_LEAST_AUC, **margins), Flow(
        metric="log_loss", tolerance=0.05
    )


def _caller(model: str) -> str:
    return f"{model.replace('_', '-')[:33]}-users"


def left_out(plan: Plan) -> tuple[str, ...]:
    """Columns that the model does not see, with the reason."""
    return tuple(f"{column.name}: {column.why}" for column in plan.of(Role.LEFT_OUT))
