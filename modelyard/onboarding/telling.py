"""What was assumed about a file, in the words of somebody who may want to change it."""

from modelyard.onboarding.caveats import warnings
from modelyard.onboarding.making import Made
from modelyard.onboarding.names import ROW_KEY
from modelyard.onboarding.plan import Column, Plan, Role
from modelyard.onboarding.telling_values import SHOWN, Line, how_read
from modelyard.onboarding.writing.spec_text import linear


def assumptions(plan: Plan) -> list[Line]:
    """Each decision that could have been another one."""
    lines = [_task(plan), _key(plan), *_time(plan), _holdout(plan), _estimator(plan)]
    lines += how_read(plan.columns)
    return lines


def columns_table(plan: Plan, most: int = 60) -> list[tuple[str, str, str, str]]:
    """Name, name in the file, kind, what becomes of it; of very many, some of each reason."""
    if len(plan.columns) <= most:
        return [_row(column) for column in plan.columns]
    alike: dict[tuple[Role, str], list[Column]] = {}
    for column in plan.columns:
        alike.setdefault((column.role, column.why), []).append(column)
    rows: list[tuple[str, str, str, str]] = []
    # What nobody else shares is what somebody should look at.
    for (role, why), columns in sorted(alike.items(), key=lambda each: len(each[1])):
        shown = columns if len(columns) <= SHOWN + 1 else columns[:SHOWN]
        rows += [_row(column) for column in shown]
        if shown is not columns:
            rows.append((f"and {len(columns) - SHOWN:,} more", "", "", _role(role, why)))
    return rows


def summary(made: Made) -> dict[str, object]:
    """The same for programs."""
    plan = made.plan
    return {
        "model": plan.model,
        "folder": f"models/{plan.model}",
        "sha256": made.sha256,
        "rows": plan.rows,
        "columns": len(plan.columns),
        "features": [column.feature for column in plan.features],
        "task": plan.target.task,
        "key": list(plan.key),
        "group": plan.group or None,
        "copies": plan.copies,
        "time": plan.time.name if plan.time else None,
        "seconds": round(made.seconds, 1),
        "assumed": [{"topic": t, "assumed": a, "change": c} for t, a, c in assumptions(plan)],
        "look_at": [{"topic": topic, "text": text} for topic, text in warnings(plan)],
        "left_out": {column.name: column.why for column in plan.of(Role.LEFT_OUT)},
    }


def _task(plan: Plan) -> Line:
    target, label = plan.target, plan.label.original
    counts = ", ".join(f"{word} {count:,}" for word, count in target.classes[:SHOWN])
    said = {
        "classification": f"how likely is it that {label} is {target.positive}? ({counts})",
        "multiclass": f"which {label} is it, of {len(target.classes)}? ({counts})",
        "regression": f"how much is {label}? ({target.labelled:,} values)",
    }[target.task]
    return (f"task {target.task}", said, target.assumed or "--task")


def _key(plan: Plan) -> Line:
    if not plan.keyless:
        return ("key", f"{' and '.join(plan.key)} names a row", "--key")
    if plan.once:
        return ("key", f"none found: what a row holds names it ({ROW_KEY})", "--key COLUMN")
    return ("key", f"none found: rows are numbered ({ROW_KEY})", "--key COLUMN")


def _time(plan: Plan) -> list[Line]:
    if plan.time is None:
        return [("time", "none: rows have no place in time", "--time COLUMN")]
    zone = "" if plan.time.profile.kind.logical == "date" else "; without a zone it is UTC"
    return [("time", f"{plan.time.name} is when the question is asked{zone}", "--time none")]


def _holdout(plan: Plan) -> Line:
    held = plan.holdout
    if held.days is not None:
        said = f"the last {held.days} days judge the model"
    elif plan.group:
        said = f"{held.fraction:.0%} of all {plan.group}, each with its rows, judge the model"
    else:
        said = f"{held.fraction:.0%} of the keys, by their hash, judge the model"
    return ("holdout", said, "gates in model.yaml")


def _estimator(plan: Plan) -> Line:
    said = "a linear model" if linear(plan) else "boosted trees"
    return ("estimator", f"{said}, for {plan.target.labelled:,} labelled rows", "estimator.py")


def _row(column: Column) -> tuple[str, str, str, str]:
    original = "" if column.original == column.name else column.original
    return (column.name, original, column.profile.kind.logical, _becomes(column))


def _becomes(column: Column) -> str:
    if column.role is Role.FEATURE:
        missing = column.profile.missing / max(1, column.profile.rows)
        note = f", {missing:.0%} missing" if missing >= 0.005 else ""
        return f"feature ({column.feature_kind}{note})"
    return _role(column.role, column.why)


def _role(role: Role, why: str) -> str:
    return f"{role.value}: {why}" if why else role.value
