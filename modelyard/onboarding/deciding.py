"""Decides what each column of a file is for, asking for nothing that the file tells."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from modelyard.errors import RefusedError, UsageError
from modelyard.onboarding import personal
from modelyard.onboarding.inference import as_instants, infer, take_sample
from modelyard.onboarding.keys import Named, check_key, find_key, find_time
from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.names import ROW_KEY, contract_names
from modelyard.onboarding.plan import Column, Plan, Role
from modelyard.onboarding.profile import copies, profile
from modelyard.onboarding.request import NONE, Request, position
from modelyard.onboarding.roles import feature_or_not
from modelyard.onboarding.samples import personal_columns, typical_error, weigh
from modelyard.onboarding.setting_apart import holdout_of
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import decide_target


def decide(table: TextTable, request: Request, *, table_name: str) -> Plan:
    """The plan for a file; raises RefusedError or UsageError where no model can be made of it."""
    if not table.rows:
        raise RefusedError("The file has names but no rows.", remedy="give a file with rows")
    names = contract_names(table.names)
    asked = _Asked(request, table.names, names)
    sample = take_sample(table)
    profiles = profile(table, _kinds(sample, asked), label=asked.label)
    columns = [Named(number=n, name=name, profile=profiles[n]) for n, name in enumerate(names)]
    label = columns[asked.label]
    target = decide_target(label.name, label.profile, request.task)
    looks = personal_columns(sample, names, profiles)
    free = [c for c in columns if c is not label and not looks[c.number]]
    time = _time(table, asked, columns, free)
    repeated = copies(table)
    key = _key(table, asked, columns, free, time, repeated)
    holdout, against = holdout_of(table, target, label, time)
    roles = {c.number: (Role.KEY, "") for c in key} | {label.number: (Role.LABEL, "")}
    if time is not None:
        roles[time.number] = (Role.LEFT_OUT, against) if against else (Role.TIME, "")
    decided = [
        _with_role(
            Column(
                number=column.number,
                name=column.name,
                original=table.names[column.number],
                profile=column.profile,
                role=Role.FEATURE,
                personal="" if column.number in asked.keep else looks[column.number],
                narrows_down=personal.narrows_down(column.name),
            ),
            roles,
            asked,
        )
        for column in columns
    ]
    plan = Plan(
        model=request.model,
        table=table_name,
        rows=table.rows,
        columns=tuple(weigh(sample, decided, target, most=request.most_features)),
        target=target,
        holdout=holdout,
        key=tuple(each.name for each in key) or (ROW_KEY,),
        copies=repeated,
        typical_error=typical_error(table, label, target),
        skipped=table.skipped,
    )
    _refuse_nothing_to_learn_from(plan)
    return plan


class _Asked:
    """The columns that were named, by their position; every wrong name is told."""

    def __init__(self, request: Request, originals: Sequence[str], names: Sequence[str]) -> None:
        def find(given: str, option: str) -> int:
            return position(given, originals, names, option)

        self.label = find(request.label, "--label")
        self.no_key, self.no_time = request.key == (NONE,), request.time == NONE
        self.key = () if self.no_key else tuple(find(each, "--key") for each in request.key)
        named = request.time is not None and not self.no_time
        self.time = find(str(request.time), "--time") if named else None
        self.keep = {find(each, "--keep") for each in request.keep}
        self.leave_out = {find(each, "--leave-out") for each in request.leave_out}
        if self.label in (*self.key, self.time):
            raise UsageError(f"{request.label} is the label; it cannot be key or time as well.")
        if self.label in self.keep | self.leave_out:
            raise UsageError(
                f"{request.label} is the label; it is neither kept as a feature nor left out.",
                remedy="name other columns: --keep COLUMN, --leave-out COLUMN",
            )
        if both := sorted(self.keep & self.leave_out):
            raise UsageError(
                f"--keep and --leave-out both name {', '.join(originals[n] for n in both)}.",
                remedy="say one of them",
            )


def _kinds(sample: TextTable, asked: _Asked) -> list[Kind]:
    kinds = infer(sample, label=asked.label, key=asked.key)
    if asked.time is not None:
        kinds[asked.time] = as_instants(sample, asked.time, kinds[asked.time])
    return kinds


def _time(
    table: TextTable, asked: _Asked, columns: Sequence[Named], free: Sequence[Named]
) -> Named | None:
    if asked.time is not None:
        return columns[asked.time]
    return None if asked.no_time else find_time(table, free)


def _key(
    table: TextTable,
    asked: _Asked,
    columns: Sequence[Named],
    free: Sequence[Named],
    time: Named | None,
    repeated: int,
) -> tuple[Named, ...]:
    if asked.key:
        return check_key(table, [columns[number] for number in asked.key], time)
    if asked.no_key:
        return ()
    candidates = [column for column in free if column.number not in asked.keep]
    found = find_key(table, candidates, repeated)
    return (found,) if found else ()


def _with_role(column: Column, roles: Mapping[int, tuple[Role, str]], asked: _Asked) -> Column:
    if column.number in roles:
        role, why = roles[column.number]
        return replace(column, role=role, why=why)
    if column.number in asked.leave_out:
        return replace(column, role=Role.LEFT_OUT, why="you left it out")
    if column.number in asked.keep and column.profile.values:
        return column
    return feature_or_not(column)


def _refuse_nothing_to_learn_from(plan: Plan) -> None:
    if plan.features:
        return
    reasons = "; ".join(f"{column.name} {column.why}" for column in plan.of(Role.LEFT_OUT)[:5])
    raise RefusedError(
        f"No column is left to learn {plan.label.name} from: {reasons or 'there is no other'}.",
        remedy="add columns that are known before the outcome, or keep one: --keep COLUMN",
    )
