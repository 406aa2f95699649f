"""What a file holds stands in its model folder as a value: never as code, and never as another."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.onboarding.plan import Plan
from modelyard.onboarding.source import Origin, Source, SourceColumn, source_text
from modelyard.onboarding.writing.contract_text import contract_text
from modelyard.onboarding.writing.features_text import _text, features_text
from modelyard.onboarding.writing.spec_text import spec_text
from tests.modelyard.onboarding.files import labelled, planned

OPENS = 'x"\\'
CALLS = 'and __import__("os").system("touch pwned")) #"'
"""In quotes that escape nothing, the first leaves its literal open and the second is code."""

readable = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
labels = st.lists(readable, min_size=3, max_size=3, unique=True)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Two classes and a rare one, of words that no template could stumble over."""
    return planned(tmp_path_factory.mktemp("file"), table("aaa", "bbb", "ccc"))


def table(first: str, second: str, rare: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    columns = {**labelled(), "y": lambda n: rare if n < 3 else (first, second)[n % 2]}
    writer.writerow(columns)
    writer.writerows([make(n) for make in columns.values()] for n in range(120))
    return text.getvalue()


def of_labels(plan: Plan, words: Sequence[str]) -> Plan:
    """The same plan for a file whose labels are these."""
    first, second, rare = words
    target = replace(
        plan.target, positive=first, classes=((first, 60), (second, 57)), rare=((rare, 3),)
    )
    columns = tuple(
        replace(
            column,
            original=rare,
            profile=replace(column.profile, categories=(*target.classes, *target.rare)),
        )
        if column is plan.label
        else column
        for column in plan.columns
    )
    return replace(plan, target=target, columns=columns)


class _Blank(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Every constant alike, so that only the code is left."""
        return ast.Constant(value=None)


def code_of(text: str) -> str:
    return ast.dump(_Blank().visit(ast.parse(text)))


def constants_of(text: str) -> set[object]:
    return {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}


@given(st.text())
def test_every_text_is_written_as_itself(value: str) -> None:
    assert ast.literal_eval(_text(value)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("late", '"late"'),
        ("it's", '"it\'s"'),
        ('say "no"', "'say \"no\"'"),
        ('it\'s "no"', "'it\\'s \"no\"'"),
        ("it's 6\"", '"it\'s 6\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("Größe", '"Größe"'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_quotes_are_those_that_the_formatter_takes(value: str, written: str) -> None:
    assert _text(value) == written


@given(words=labels)
def test_labels_change_the_constants_of_the_code_and_nothing_else(
    plan: Plan, words: list[str]
) -> None:
    plain, written = features_text(plan), features_text(of_labels(plan, words))
    assert code_of(written) == code_of(plain)
    assert constants_of(written) - constants_of(plain) <= set(words)
    assert set(words[:2]) <= constants_of(written)


@settings(max_examples=30)
@given(words=labels)
def test_labels_and_names_are_read_back_from_contract_and_spec(
    plan: Plan, words: list[str]
) -> None:
    wild = of_labels(plan, words)
    (found,) = yaml.safe_load(contract_text(wild, file=words[0]))["schema"]
    label = next(each for each in found["properties"] if each["name"] == "y")
    assert {each["value"] for each in label["enum"]} == set(words)
    assert (label["physicalName"], found["physicalName"]) == (words[2], words[0])
    spec = yaml.safe_load(spec_text(wild, file=words[1], owner=words[2]))
    assert spec["problem"]["owner"] == words[2]
    assert spec["problem"]["objective"].endswith(f"{words[2]} is {words[0]}.")


@given(words=labels)
def test_names_of_a_file_are_read_back_from_its_source(words: list[str]) -> None:
    source = Source(
        file=Origin(
            name=words[0].translate({0: None, ord("/"): None}) or "f",
            sha256="0" * 64,
            bytes=1,
            rows=1,
        ),
        table="t",
        columns=tuple(
            SourceColumn(name=f"c{n}", original=word, type="string")
            for n, word in enumerate(words)
        ),
    )
    assert Source.model_validate(yaml.safe_load(source_text(source))) == source


def test_a_file_whose_labels_look_like_code_runs_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = features_text(planned(tmp_path, table(CALLS, OPENS, "rare")))
    names: dict[str, object] = {}
    exec(compile(text, "features.py", "exec"), names)
    assert not (tmp_path / "pwned").exists()
    assert set(names["CLASSES"]) == {OPENS, CALLS}  # type: ignore[call-overload]
