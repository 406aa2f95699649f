"""`features.py` of a plan, written so that its owner can go on from it."""

from modelyard.onboarding.plan import Column, Plan
from modelyard.onboarding.writing.spec_text import day_column, feature_columns

_IMPORTS = """\
from collections.abc import Mapping

{ibis}import ibis.expr.types as ir

from ml.spec import ModelSpec
"""


def features_text(plan: Plan) -> str:
    """`features.py`: the population, and what becomes of booleans and days."""
    label, target = _label(plan), plan.target.task
    made = _made(plan)
    uses_ibis = "ibis." in label or any("ibis." in line for _, line in made)
    population = [] if not label else [(plan.label.name, label)]
    if plan.time is not None:
        population.append((str(day_column(plan)), _day(plan.time)))
    asked = {
        "classification": "is it so",
        "multiclass": "which is it",
        "regression": "how much is it",
    }
    return "\n".join(
        [
            f'"""The columns of {plan.table} as features: {asked[target]}, {plan.label.name}?"""',
            "",
            _IMPORTS.format(ibis="import ibis\n" if uses_ibis else ""),
            *([_CLASSES.format(classes=_listed(plan)), ""] if "CLASSES" in label else []),
            "",
            "def population(tables: Mapping[str, ir.Table]) -> ir.Table:",
            f'    """One row per {" and ".join(plan.key)}, with the label where it is known."""',
            f'    rows = tables["{plan.table}"]',
            *_mutated(population),
            "",
            "",
            _BUILD,
            '    """The same rows; every other feature is a column as it is."""',
            *_mutated(made),
            "",
        ]
    )


_BUILD = "def build(rows: ir.Table, tables: Mapping[str, ir.Table], spec: ModelSpec) -> ir.Table:"
_CLASSES = """\
# Classes with fewer rows cannot be learned: their rows count as unlabelled.
CLASSES = ({classes})"""


def _listed(plan: Plan) -> str:
    words = [_literal(plan.label, value) for value, _ in plan.target.classes]
    return ", ".join(words) + ("," if len(words) == 1 else "")


def _label(plan: Plan) -> str:
    """The label as the task wants it; empty where the column is that already."""
    column, target = plan.label, plan.target
    value = f'rows["{column.name}"]'
    if target.task == "regression":
        return ""
    numbers = {each for each, _ in target.classes} <= {"0", "1"} and not target.rare
    if target.task == "multiclass" or (numbers and column.profile.kind.logical == "integer"):
        return f"ibis.ifelse({value}.isin(CLASSES), {value}, ibis.null())" if target.rare else ""
    if column.profile.kind.logical == "boolean":
        return f'{value}.cast("int8")'
    asked = f'({value} == {_literal(column, target.positive)}).cast("int8")'
    return f"ibis.ifelse({value}.isin(CLASSES), {asked}, ibis.null())" if target.rare else asked


def _literal(column: Column, value: str) -> str:
    match column.profile.kind.logical:
        case "integer":
            return str(int(value))
        case "number":
            return repr(float(value))
        case _:
            return _text(value)


def _text(value: str) -> str:
    """A Python literal that is this text, whatever is in it, in the formatter's quotes.

    What a file holds must never be code: only `repr` says what has to be escaped.
    """
    if value.count('"') > value.count("'"):
        return repr(value)
    # Of a text with an apostrophe `repr` takes double quotes; each part gets one, which goes.
    parts = [repr(f"'{part}")[2:-1] for part in value.split('"')]
    return '"{}"'.format('\\"'.join(parts))


def _made(plan: Plan) -> list[tuple[str, str]]:
    """Features that are not a column as it is."""
    made = []
    for column in plan.features:
        value = f'rows["{column.name}"]'
        match column.profile.kind.logical:
            case "boolean":
                made.append((column.feature, f'{value}.cast("int8")'))
            case "date" | "timestamp":
                made.append((column.feature, _days(plan, value, column.profile.kind.logical)))
    if plan.time is not None:
        when = f'rows["{plan.time.name}"]'
        for name in feature_columns(plan):
            if name == f"{plan.time.name[:30]}_weekday":
                made.append((name, f"{when}.day_of_week.index()"))
            if name == f"{plan.time.name[:30]}_hour":
                made.append((name, f"{when}.hour()"))
    return made


def _days(plan: Plan, value: str, logical: str) -> str:
    """Days until the question; where it has no time, days since 1970."""
    day = value if logical == "date" else f"{value}.date()"
    if plan.time is None:
        return f'{day}.delta(ibis.date("1970-01-01"), unit="day")'
    return f'{_day(plan.time)}.delta({day}, unit="day")'


def _day(column: Column) -> str:
    """The day of an instant; a day is one already."""
    value = f'rows["{column.name}"]'
    return value if column.profile.kind.logical == "date" else f"{value}.date()"


def _mutated(columns: list[tuple[str, str]]) -> list[str]:
    """`return rows`, or rows with more columns, in the formatter's shape."""
    if not columns:
        return ["    return rows"]
    one = f"    return rows.mutate({', '.join(f'{name}={value}' for name, value in columns)})"
    if len(one) <= 99:
        return [one]
    within = f"        {', '.join(f'{name}={value}' for name, value in columns)}"
    if len(within) <= 99:
        return ["    return rows.mutate(", within, "    )"]
    return ["    return rows.mutate(", *(f"        {n}={v}," for n, v in columns), "    )"]
