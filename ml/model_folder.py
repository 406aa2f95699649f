"""Finds every mistake of a model folder at once, before a pipeline would find one at a time."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ml.data.contract import load_contract
from ml.model_trial import trial_problems
from ml.spec import SpecError, load_model
from ml.spec_errors import read_mapping
from ml.spec_sections import Data

FEATURE_FUNCTIONS = ("population", "build")
_CONTRACT, _FUNCTION = "contract.yaml", "build"


def folder_problems(folder: Path) -> list[str]:
    """Every mistake in spec, contract, features and estimator, each with its file and path.

    Where these are in order the code is tried on tables without rows.
    """
    problems: list[str] = []
    spec = None
    try:
        spec = load_model(folder)
    except SpecError as error:
        problems += error.problems
    contract = spec.data.contract if spec else _named(folder, "data", "contract", _CONTRACT)
    function = (
        spec.estimator.function if spec else _named(folder, "estimator", "function", _FUNCTION)
    )
    # A missing file is told by the spec already.
    if (folder / contract).is_file():
        problems += _contract_problems(folder / contract, spec.data if spec else None)
    if (folder / "features.py").is_file():
        problems += _code_problems(folder, "features", FEATURE_FUNCTIONS)
    if (folder / "estimator.py").is_file():
        problems += _code_problems(folder, "estimator", (function,))
    if spec is not None and not problems:
        problems += trial_problems(spec, load_contract(spec.contract_path))
    return problems


def _contract_problems(path: Path, data: Data | None) -> list[str]:
    try:
        described = load_contract(path).tables
    except SpecError as error:
        return [*error.problems]
    shown = _shown(path.parent, path.name)
    if data is None:
        return []
    problems = [
        f"{shown}: schema: data.tables names {name!r}, which is not described; "
        f"described: {', '.join(described)}"
        for name in data.tables
        if name not in described
    ]
    named = [("outcomes", data.base, column) for column in data.outcomes]
    named += [
        (f"recent.{table}.column", table, rule.column) for table, rule in data.recent.items()
    ]
    return problems + [
        f"{shown}: schema.{table}: data.{key} names {column!r}, which is no column of it; "
        f"columns: {', '.join(described[table].schema)}"
        for key, table, column in named
        if table in described and column not in described[table].schema
    ]


def _code_problems(folder: Path, stem: str, functions: tuple[str, ...]) -> Iterator[str]:
    path = folder / f"{stem}.py"
    shown = _shown(folder, path.name)
    try:
        module = _load(path, f"models.{folder.name}.{stem}")
    # Whatever a person's module does when it is imported is a mistake of that folder.
    except Exception as error:
        yield f"{shown}{_line(path, error)}: cannot be imported: {_told(error)}"
        return
    for name in functions:
        if not callable(getattr(module, name, None)):
            yield f"{shown}: {name}: function is missing"


def _load(path: Path, name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _line(path: Path, error: Exception) -> str:
    """`:12`, the last line of this file on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f":{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    numbers = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f":{numbers[-1]}" if numbers else ""


def _told(error: Exception) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {' '.join(text.split())}"


def _named(folder: Path, section: str, key: str, usual: str) -> str:
    """What a spec that cannot be used as a whole says of one name."""
    try:
        content = read_mapping(folder / "model.yaml", "").get(section)
    except SpecError:
        return usual
    said = content.get(key, usual) if isinstance(content, dict) else usual
    return said if isinstance(said, str) else usual


def _shown(folder: Path, name: str) -> str:
    return f"{folder.parent.name}/{folder.name}/{name}"
