"""Decides what each column of a file is for, asking for nothing that the file tells."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from modelyard.errors import RefusedError, UsageError
from modelyard.onboarding import personal
from modelyard.onboarding.copies import different_rows, told_apart
from modelyard.onboarding.identifiers import group_of, shared
from modelyard.onboarding.keys import Named, check_key, find_key, find_time
from modelyard.onboarding.names import ROW_KEY, contract_names
from modelyard.onboarding.plan import Column, Plan, Role
from modelyard.onboarding.request import NONE, Request, position
from modelyard.onboarding.roles import feature_or_not
from modelyard.onboarding.samples import typical_error, weigh
from modelyard.onboarding.seeing import Seen, see
from modelyard.onboarding.setting_apart import holdout_of, in_groups
from modelyard.onboarding.table import TextTable
from modelyard.onboarding.target import Target, decide_target


def decide(table: TextTable, request: Request, *, table_name: str) -> Plan:
    """The plan for a file; raises RefusedError or UsageError where no model can be made of it."""
    if not table.rows:
        raise RefusedError("The file has names but no rows.", remedy="give a file with rows")
    names = contract_names(table.names)
    asked = _Asked(request, table.names, names)
    different = different_rows(table)
    copies = table.rows - different.rows
    seen = _see(different, asked, names)
    time = _time(seen, asked)
    key = _key(seen, asked, time, copies)
    once = bool(key) or told_apart(seen.table, seen.columns, copies)
    if copies and not once:
        seen = _see(table, asked, names)
        time = _time(seen, asked)
    label = seen.columns[asked.label]
    target = _target(seen, asked, request, table)
    holdout, against = holdout_of(seen.table, target, label, time)
    roles = {c.number: (Role.KEY, "") for c in key} | {label.number: (Role.LABEL, "")}
    if time is not None:
        roles[time.number] = (Role.LEFT_OUT, against) if against else (Role.TIME, "")
    decided = [_column(seen, column, roles, asked) for column in seen.columns]
    group = _group(seen, decided, key)
    plan = Plan(
        model=request.model,
        table=table_name,
        rows=table.rows,
        columns=tuple(weigh(seen.sample, decided, target, most=request.most_features)),
        target=target,
        holdout=in_groups(seen.table, holdout, label, group),
        key=tuple(each.name for each in key) or (ROW_KEY,),
        group=group.name if group is not None else "",
        copies=copies,
        once=once,
        typical_error=typical_error(seen.table, label, target),
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


def _see(table: TextTable, asked: _Asked, names: Sequence[str]) -> Seen:
    return see(table, names, time=asked.time, label=asked.label, key=asked.key)


def _time(seen: Seen, asked: _Asked) -> Named | None:
    if asked.time is not None:
        return seen.columns[asked.time]
    return None if asked.no_time else find_time(seen.table, _free(seen, asked))


def _key(seen: Seen, asked: _Asked, time: Named | None, copies: int) -> tuple[Named, ...]:
    if asked.key:
        named = [seen.columns[number] for number in asked.key]
        return check_key(seen.table, named, time, copies=copies)
    if asked.no_key:
        return ()
    candidates = [each for each in _free(seen, asked) if each.number not in asked.keep]
    found = find_key(seen.table, candidates, copies)
    return (found,) if found else ()


def _free(seen: Seen, asked: _Asked) -> list[Named]:
    """Columns of which nothing is known yet."""
    return [
        each for each in seen.columns if each.number != asked.label and not seen.looks[each.number]
    ]


def _target(seen: Seen, asked: _Asked, request: Request, table: TextTable) -> Target:
    label = seen.columns[asked.label]
    try:
        return decide_target(label.name, label.profile, request.task)
    except RefusedError as error:
        copies = table.rows - seen.table.rows
        if not copies:
            raise
        # What is said of all rows too has nothing to do with copies.
        whole = _see(table, asked, [each.name for each in seen.columns])
        decide_target(label.name, whole.columns[asked.label].profile, request.task)
        told = f"{error.message} {copies:,} rows are copies of others and do not count."
        raise RefusedError(told, remedy=error.remedy) from None


def _column(
    seen: Seen, named: Named, roles: Mapping[int, tuple[Role, str]], asked: _Asked
) -> Column:
    column = Column(
        number=named.number,
        name=named.name,
        original=seen.table.names[named.number],
        profile=named.profile,
        role=Role.FEATURE,
        personal="" if named.number in asked.keep else seen.looks[named.number],
        narrows_down=personal.narrows_down(named.name),
    )
    decided = _with_role(column, roles, asked)
    together = decided.role in (Role.KEY, Role.LEFT_OUT) and shared(named.name, named.profile)
    return replace(decided, shared=together)


def _with_role(column: Column, roles: Mapping[int, tuple[Role, str]], asked: _Asked) -> Column:
    if column.number in roles:
        role, why = roles[column.number]
        return replace(column, role=role, why=why)
    if column.number in asked.keep and column.profile.values:
        return column
    found = feature_or_not(column)
    if column.number in asked.leave_out:
        # It must not reach the mirror in the clear for being named.
        return replace(found, role=Role.LEFT_OUT, why="you left it out")
    return found


def _group(seen: Seen, columns: Sequence[Column], key: Sequence[Named]) -> Named | None:
    """Of a key of one column only the first row of each value gets in: it groups nothing."""
    alone = key[0].number if len(key) == 1 else None
    together = [each.number for each in columns if each.shared and each.number != alone]
    return group_of(seen.table, [seen.columns[number] for number in together])


def _refuse_nothing_to_learn_from(plan: Plan) -> None:
    if plan.features:
        return
    reasons = "; ".join(f"{column.name} {column.why}" for column in plan.of(Role.LEFT_OUT)[:5])
    raise RefusedError(
        f"No column is left to learn {plan.label.name} from: {reasons or 'there is no other'}.",
        remedy="add columns that are known before the outcome, or keep one: --keep COLUMN",
    )
