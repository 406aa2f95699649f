"""What was assumed about a file, in the words of somebody who may want to change it."""

from collections import Counter

from modelyard.onboarding.dialect import like_value
from modelyard.onboarding.making import Made
from modelyard.onboarding.names import ROW_KEY
from modelyard.onboarding.plan import Column, Plan, Role
from modelyard.onboarding.telling_values import Line, how_read, some, to_look_at
from modelyard.onboarding.writing.spec_text import linear

_SHOWN = 8


def assumptions(plan: Plan) -> list[Line]:
    """Each decision that could have been another one."""
    lines = [_task(plan), _key(plan), *_time(plan), _holdout(plan), _estimator(plan)]
    lines += how_read(plan.columns)
    return lines


def warnings(plan: Plan) -> list[tuple[str, str]]:
    """What the owner should look at before trusting the model, the worst first."""
    found: list[tuple[str, str]] = []
    for column in plan.columns:
        if column.suspect:
            found.append(
                (
                    f"leak? {column.name}",
                    f"tells {plan.label.name} almost alone ({column.strength:.3f} of 1). Is it "
                    f"known before? If not: --leave-out '{column.original}'",
                )
            )
    personal = [f"{c.name} ({c.personal})" for c in plan.columns if c.personal]
    if personal:
        found.append(
            (
                "personal",
                f"{some(personal, 20)}: no features, dropped from the mirror. If they are not: "
                "--keep COLUMN",
            )
        )
    together = [c.name for c in plan.features if c.narrows_down]
    if len(together) > 1:
        found.append(
            (
                "together",
                f"{some(together)} may single somebody out. They reach the mirror as they are: "
                "see quasi_identifiers in docs/data-estate.md",
            )
        )
    found += to_look_at(plan.columns)
    found += _about_names(plan)
    if plan.copies:
        found.append(("copies", _copies(plan)))
    if plan.target.rare:
        rare = ", ".join(f"{word} {count}" for word, count in plan.target.rare[:_SHOWN])
        found.append(("rare classes", f"{rare}: too few rows to learn; they count as unlabelled"))
    if plan.skipped:
        found.append(
            ("not read", f"{some([*plan.skipped])}: lists or structures, no single values")
        )
    return found


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
        shown = columns if len(columns) <= _SHOWN + 1 else columns[:_SHOWN]
        rows += [_row(column) for column in shown]
        if shown is not columns:
            rows.append((f"and {len(columns) - _SHOWN:,} more", "", "", _role(role, why)))
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
        "time": plan.time.name if plan.time else None,
        "seconds": round(made.seconds, 1),
        "assumed": [{"topic": t, "assumed": a, "change": c} for t, a, c in assumptions(plan)],
        "look_at": [{"topic": topic, "text": text} for topic, text in warnings(plan)],
        "left_out": {column.name: column.why for column in plan.of(Role.LEFT_OUT)},
    }


def _task(plan: Plan) -> Line:
    target, label = plan.target, plan.label.original
    counts = ", ".join(f"{word} {count:,}" for word, count in target.classes[:_SHOWN])
    said = {
        "classification": f"how likely is it that {label} is {target.positive}? ({counts})",
        "multiclass": f"which {label} is it, of {len(target.classes)}? ({counts})",
        "regression": f"how much is {label}? ({target.labelled:,} values)",
    }[target.task]
    return (f"task {target.task}", said, target.assumed or "--task")


def _key(plan: Plan) -> Line:
    if plan.key == (ROW_KEY,):
        return ("key", f"none found: rows are numbered ({ROW_KEY})", "--key COLUMN")
    return ("key", f"{' and '.join(plan.key)} names a row", "--key")


def _time(plan: Plan) -> list[Line]:
    if plan.time is None:
        return [("time", "none: rows have no place in time", "--time COLUMN")]
    zone = "" if plan.time.profile.kind.logical == "date" else "; without a zone it is UTC"
    return [("time", f"{plan.time.name} is when the question is asked{zone}", "--time none")]


def _holdout(plan: Plan) -> Line:
    held = plan.holdout
    said = (
        f"the last {held.days} days judge the model"
        if held.days is not None
        else f"{held.fraction:.0%} of the keys, by their hash, judge the model"
    )
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


def _about_names(plan: Plan) -> list[tuple[str, str]]:
    found = []
    count = Counter(column.original for column in plan.columns)
    label = {plan.label.original} & {word for word, _ in plan.target.classes}
    if values := [name for name in count if name in label or like_value(name)]:
        said = f"{some(values)} may be values: if the first line holds no names, add one that does"
        found.append(("no names?", said))
    if twice := [column.name for column in plan.columns if count[column.original] > 1]:
        said = f"{some(twice)} have another column's name in the file. Copies? --leave-out COLUMN"
        found.append(("equal names", said))
    return found


def _copies(plan: Plan) -> str:
    if plan.key == (ROW_KEY,):
        return f"{plan.copies:,} rows equal an earlier one in every column; they stay, numbered"
    return f"{plan.copies:,} rows equal an earlier one; ingestion keeps the first of each key"
