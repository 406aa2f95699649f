"""What a label asks for: one of two or several, a quantity; refuses what cannot be learned."""

from dataclasses import dataclass
from typing import Literal

from modelyard.errors import RefusedError
from modelyard.onboarding.profile import MOST_CATEGORIES, Profile

Task = Literal["classification", "multiclass", "regression"]
TASKS: tuple[Task, ...] = ("classification", "multiclass", "regression")
FEWEST_LABELLED = 100
"""Fewer leave too little to learn from once a quarter is held out."""
FEWEST_OF_CLASS = 10
_MOST_NUMBERED_CLASSES = 10
_POSITIVE = (
    "true",
    "yes",
    "y",
    "t",
    "positive",
    "ja",
    "j",
    "si",
    "oui",
    "bad",
    "fraud",
    "churned",
    "late",
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the model will be asked."""

    task: Task
    labelled: int
    positive: str = ""
    """Of two classes, the one whose probability is told, as text."""
    classes: tuple[tuple[str, int], ...] = ()
    """Classes that are learned, and their rows."""
    rare: tuple[tuple[str, int], ...] = ()
    """Classes with too few rows: these rows count as unlabelled."""
    assumed: str = ""
    """Why this task, where another would have been possible."""


def decide_target(name: str, label: Profile, task: str | None) -> Target:
    """The task and its classes; raises RefusedError with a reason and a way out."""
    _refuse_hopeless(name, label)
    chosen, assumed = (task, "") if task else _likely(name, label)
    if chosen == "regression":
        _refuse_words(name, label)
        return Target(task="regression", labelled=label.values, assumed=assumed)
    if label.distinct > MOST_CATEGORIES:
        raise RefusedError(
            f"{name} has {label.distinct:,} different values: too many to be classes "
            f"(at most {MOST_CATEGORIES}).",
            remedy="group them in a column of your own, or: --task regression for numbers",
        )
    return _classes(name, label, chosen, assumed)


def _refuse_hopeless(name: str, label: Profile) -> None:
    if label.kind.logical in ("date", "timestamp"):
        raise RefusedError(
            f"{name} holds points in time, which are no label.",
            remedy="make a column of what is asked, for instance the days until then",
        )
    if label.values < FEWEST_LABELLED:
        raise RefusedError(
            f"{label.values} of {label.rows} rows have a value in {name}; "
            f"at least {FEWEST_LABELLED} are needed: some are held out to judge the model.",
            remedy="collect more rows with a known outcome",
        )
    if label.distinct < 2:
        only = label.categories[0][0] if label.categories else "?"
        raise RefusedError(
            f"{name} is {only!r} in every labelled row: with one class nothing can be learned.",
            remedy="add rows with another outcome, or name another --label",
        )


def _likely(name: str, label: Profile) -> tuple[Task, str]:
    if label.kind.logical == "boolean" or label.distinct == 2:
        return "classification", ""
    if label.kind.logical == "string":
        if label.distinct > MOST_CATEGORIES:
            raise RefusedError(
                f"{name} is text with {label.distinct:,} different values: too many to be classes "
                f"(at most {MOST_CATEGORIES}), and no quantity.",
                remedy="group them in a column of your own, or name another --label",
            )
        return "multiclass", ""
    whole = label.kind.logical == "integer" or all(
        float(value).is_integer() for value, _ in label.categories
    )
    if whole and label.categories and label.distinct <= _MOST_NUMBERED_CLASSES:
        reason = f"{label.distinct} different whole numbers; a quantity? --task regression"
        return "multiclass", reason
    few = whole and bool(label.categories)
    return "regression", "whole numbers; classes? --task multiclass" if few else ""


def _refuse_words(name: str, label: Profile) -> None:
    if label.kind.logical in ("string", "boolean"):
        raise RefusedError(
            f"{name} is {label.kind.logical}, not a quantity: {label.values:,} values such as "
            f"{', '.join(repr(value) for value, _ in label.categories[:3]) or 'words'}.",
            remedy="--task classification (two classes) or --task multiclass",
        )


def _classes(name: str, label: Profile, chosen: str, assumed: str) -> Target:
    kept = tuple(each for each in label.categories if each[1] >= FEWEST_OF_CLASS)
    rare = tuple(each for each in label.categories if each[1] < FEWEST_OF_CLASS)
    if len(kept) < 2:
        told = ", ".join(f"{value!r} {count}" for value, count in label.categories[:6])
        raise RefusedError(
            f"{name}: only {len(kept)} class has {FEWEST_OF_CLASS} rows or more ({told}).",
            remedy="collect more rows of the other outcome, or name another --label",
        )
    if chosen == "classification" and len(kept) != 2:
        raise RefusedError(
            f"{name} has {len(kept)} classes; --task classification takes two.",
            remedy="--task multiclass",
        )
    two = len(kept) == 2
    return Target(
        task="classification" if two else "multiclass",
        labelled=sum(count for _, count in kept),
        positive=_positive(label, kept) if two else "",
        classes=kept,
        rare=rare,
        assumed=assumed if not two else "",
    )


def _positive(label: Profile, classes: tuple[tuple[str, int], ...]) -> str:
    """The class that says yes; of numbers the larger; of other words the rarer."""
    if label.kind.logical in ("integer", "number"):
        return max((value for value, _ in classes), key=float)
    words = {value.lower(): value for value, _ in classes}
    for word in _POSITIVE:
        if word in words:
            return words[word]
    return min(classes, key=lambda item: (item[1], item[0]))[0]
