"""What the owner of a file should look at before trusting a model made from it."""

from collections import Counter

from modelyard.onboarding.dialect import like_value
from modelyard.onboarding.plan import Plan
from modelyard.onboarding.telling_values import SHOWN, some, to_look_at

_MANY_COPIES = 0.02
_ROOM = 1.5
"""A hash holds out a few more or fewer than it should."""


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
    found += _personal(plan)
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
    if plan.holdout.groups and _held_groups(plan) < _ROOM * plan.holdout.minimum:
        found.append((f"few {plan.group}", _few_groups(plan)))
    if plan.copies:
        found.append(("copies", _copies(plan)))
    if plan.target.rare:
        rare = ", ".join(f"{word} {count}" for word, count in plan.target.rare[:SHOWN])
        found.append(("rare classes", f"{rare}: too few rows to learn; they count as unlabelled"))
    if plan.skipped:
        found.append(
            ("not read", f"{some([*plan.skipped])}: lists or structures, no single values")
        )
    return found


def _personal(plan: Plan) -> list[tuple[str, str]]:
    hidden = [c for c in plan.columns if c.personal]
    dropped = [f"{c.name} ({c.personal})" for c in hidden if c.name not in plan.pseudonyms]
    replaced = [c.name for c in hidden if c.shared and c.name not in plan.key]
    found = []
    if dropped:
        said = f"{some(dropped, 20)}: no features, dropped from the mirror. If they are not: "
        found.append(("personal", f"{said}--keep COLUMN"))
    if replaced:
        said = f"{some(replaced, 20)}: no features, pseudonyms in the mirror. If they are none: "
        found.append(("identifiers", f"{said}--keep COLUMN"))
    return found


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


def _held_groups(plan: Plan) -> int:
    """About how many groups are held out."""
    return round(plan.holdout.groups * (plan.holdout.fraction or 0.0))


def _few_groups(plan: Plan) -> str:
    held = plan.holdout
    return (
        f"about {_held_groups(plan)} of {held.groups:,} are held out, and fewer than "
        f"{held.minimum} are no evidence: the gate may say so. Add rows of others, or hold out a "
        "larger share: holdout_fraction in model.yaml"
    )


def _copies(plan: Plan) -> str:
    equal = f"{plan.copies:,} rows equal an earlier one"
    if plan.once:
        said = f"{equal} in every column and count once: ingestion puts them into quarantine"
        back = " If they are none: row_key_of: number in source.yaml"
        return f"{said} (primary_key).{back if plan.keyless else ''}"
    said = f"{equal} in every column; they stay, numbered"
    if plan.copies <= _MANY_COPIES * plan.rows:
        return said
    return (
        f"{said}. If they are copies and not cases that happen to be alike, the gate's figures "
        "will be too good: take them out of the file, or name a row with --key COLUMN"
    )
