"""From a file to a model folder: keep the bytes, decide, write everything or nothing."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from modelyard.errors import UsageError
from modelyard.onboarding.database import Database
from modelyard.onboarding.deciding import decide
from modelyard.onboarding.names import LONGEST, ROW_KEY, contract_name
from modelyard.onboarding.plan import Plan
from modelyard.onboarding.progress import Progress, Report
from modelyard.onboarding.request import Request
from modelyard.onboarding.source import FILE, Origin, Source, SourceColumn, source_text
from modelyard.onboarding.store import DatasetStore, Kept
from modelyard.onboarding.table import TextTable, read
from modelyard.onboarding.writing.contract_text import contract_text
from modelyard.onboarding.writing.estimator_text import estimator_text
from modelyard.onboarding.writing.features_text import features_text
from modelyard.onboarding.writing.folder import put_back, refuse_taken, write_folder
from modelyard.onboarding.writing.spec_text import spec_text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_WEEKS_UP_TO_DAYS = 120


@dataclass(frozen=True, kw_only=True)
class Made:
    """A folder that was written, and what it took."""

    plan: Plan
    folder: Path
    sha256: str
    seconds: float


def make_model(
    root: Path, request: Request, *, force: bool, report: Report = lambda message: None
) -> Made:
    """Write `models/<name>/`; on any error the checkout is as it was before."""
    begun = time.monotonic()
    _refuse_name(request.model)
    folder, store = root / "models" / request.model, DatasetStore.of(root)
    for name in put_back(folder.parent, store.folder):
        report(f"models/{name} is back: whoever was replacing it was killed")
    # Said before minutes are spent on a large file.
    refuse_taken(folder, force=force)
    _refuse_file(request.file)
    progress = Progress()
    progress.step(f"keeping a copy of {request.file.name}")
    with progress.told(report):
        kept = store.keep(request.file)
    try:
        with reading(store, report) as database:
            table = read(
                database,
                kept.path,
                called=request.file.name,
                encoding_name=request.encoding,
                delimiter=request.delimiter,
            )
            plan = decide(table, request, table_name=free_table(root, request.model))
            source = _source(plan, request, kept, table)
        files = _files(plan, source, request)
        write_folder(folder, files, scratch=store.folder, force=force)
    except BaseException:
        store.forget(kept)
        raise
    return Made(plan=plan, folder=folder, sha256=kept.sha256, seconds=time.monotonic() - begun)


@contextmanager
def reading(store: DatasetStore, report: Report) -> Iterator[Database]:
    """A database with a folder for copies and spilled rows, both gone afterwards."""
    place, progress = store.workspace(), Progress()
    try:
        with progress.told(report), closing(Database(place, progress)) as database:
            yield database
    finally:
        shutil.rmtree(place, ignore_errors=True)


def free_table(root: Path, model: str) -> str:
    """The model's name as its table's, unless another model's table is called so."""
    taken: set[str] = set()
    for path in (root / "models").glob("*/model.yaml"):
        if path.parent.name != model:
            taken.update(_tables(path))
    return next(name for name in (model, f"{model}_rows", f"{model}_file") if name not in taken)


def _tables(path: Path) -> list[str]:
    try:
        found = yaml.safe_load(path.read_text())["data"]["tables"]
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError):
        # `model check` tells what is wrong with it.
        return []
    return [str(each) for each in found] if isinstance(found, list) else []


def _files(plan: Plan, source: Source, request: Request) -> dict[str, str]:
    file = request.file.name
    owner = _owner() or "to be said: a team, or an address"
    return {
        "__init__.py": f'"""{_sentence(plan)}"""\n',
        "model.yaml": spec_text(plan, file=file, owner=owner),
        "contract.yaml": contract_text(plan, file=file),
        "features.py": features_text(plan),
        "estimator.py": estimator_text(plan),
        FILE: source_text(source),
    }


def _sentence(plan: Plan) -> str:
    return f"What will {plan.label.name} be? Made from a file of {plan.rows:,} rows."


def _source(plan: Plan, request: Request, kept: Kept, table: TextTable) -> Source:
    parts: Literal["month", "week", "whole"] = "whole"
    if plan.time is not None:
        span = plan.time.profile.maximum - plan.time.profile.minimum
        parts = "week" if span.days <= _WEEKS_UP_TO_DAYS else "month"
    return Source(
        file=Origin(name=request.file.name, sha256=kept.sha256, bytes=kept.size, rows=table.rows),
        encoding=request.encoding,
        delimiter=request.delimiter,
        table=plan.table,
        row_key=ROW_KEY if plan.keyless else None,
        row_key_of="content" if plan.keyless and plan.once else "number",
        time=plan.time.name if plan.time is not None else None,
        parts=parts,
        columns=tuple(
            SourceColumn.of(name=column.name, original=column.original, kind=column.profile.kind)
            for column in plan.columns
        ),
    )


def _refuse_name(model: str) -> None:
    if _NAME.fullmatch(model) is None:
        likely = contract_name(model)[:LONGEST]
        raise UsageError(
            f'"{model}" cannot be a model\'s name.',
            remedy="a letter, then at most 31 letters, digits and underscores, all lower case"
            + (f"; for instance {likely[:32]}" if likely else ""),
        )


def _refuse_file(file: Path) -> None:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise UsageError(f"--from {file} {what}.", remedy="the path of a file")
    if not file.stat().st_size:
        raise UsageError(f"{file.name} is empty.", remedy="a line with names, then a line per row")


def _owner() -> str:
    """Who works here, as commits say."""
    try:
        found = subprocess.run(
            ["git", "config", "user.email"], capture_output=True, text=True, check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip()
