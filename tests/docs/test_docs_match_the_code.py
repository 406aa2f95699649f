"""What the documentation names exists in the code, and what the code offers is documented."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, get_args

import typer
from pydantic import BaseModel

from infra.release_settings import ReleaseSettings
from infra.settings import Settings
from ml.deployment.server.refusal import Code
from ml.spec import ModelSpec
from modelyard.app import app
from policy.catalogue import RULES, STACK_RULES
from tests.docs.pages import PAGES, ROOT, blocks, inline, links, rows, section, text

ROOMS = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
ROOT_FILES = ("Pulumi.yaml", "__main__.py", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md")
#: The tutorial's own folder, which a reader makes.
TUTORIAL = "models/trip_fare"
#: Taken from a finished run of the story.
PICTURE = ROOT / "docs" / "images" / "report.png"


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its options."""

    def walk(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
        for name, command in getattr(group, "commands", {}).items():
            yield from walk(command, (*path, name))
        if not hasattr(group, "commands"):
            options = {o for each in group.params for o in (*each.opts, *each.secondary_opts)}
            yield " ".join(path), {o for o in options if o.startswith("-")} | {"-h", "--help"}

    return dict(walk(typer.main.get_command(app), ()))


def typed() -> Iterator[tuple[str, str]]:
    """Every `modelyard …` in the pages, with the page it stands on."""
    for page in PAGES:
        content = page.read_text()
        lines = [line for _, body in blocks(content) for line in body.splitlines()]
        for code in (*inline(content), *lines):
            for match in re.finditer(r"(?:^|[\s(\"])(?:bin/)?modelyard ([^#;|&)→]+)", code):
                if not code.lstrip().startswith(("error:", "#", "image:")):
                    yield page.name, match[1]


def test_every_command_that_is_named_exists_with_its_options() -> None:
    known = commands()
    groups = {name.rpartition(" ")[0] for name in known} - {""}
    for page, line in typed():
        words = shlex.split(line.replace("…", "").replace("'", ""), comments=True)
        name = next((" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in known), "")
        if words[0].startswith("-") or words in [group.split() for group in groups]:
            continue
        assert name, f"{page}: there is no command `modelyard {line}`"
        given = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert given <= known[name], f"{page}: `modelyard {line}` has no {given - known[name]}"


def test_every_command_and_option_is_on_the_page() -> None:
    table = section(text("docs/cli.md"), "## Commands")
    documented: dict[str, set[str]] = {}
    for cells in rows(table):
        for code in inline(cells[0]):
            words = code.removeprefix("modelyard ").split()
            names = [" ".join(words[:n]) for n in (3, 2, 1)]
            name = next((n for n in names if n in commands()), "")
            if name:
                documented[name] = set(re.findall(r"--[\w-]+", " ".join(cells)))
    missing = {
        name: options - {"-h", "--help"} - documented.get(name, set())
        for name, options in commands().items()
    }
    assert set(commands()) - set(documented) == set()
    assert {name: options for name, options in missing.items() if options} == {}


def test_every_link_and_path_leads_somewhere() -> None:
    for page in PAGES:
        content = page.read_text()
        for target in links(content):
            path = (page.parent / target).resolve()
            assert path.exists() or path == PICTURE, f"{page.name}: {target}"
        for code in inline(content):
            plain = re.fullmatch(r"[\w./-]+", code) and not code.startswith(TUTORIAL)
            inside = code.split("/")[0] in ROOMS and "/" in code
            if plain and (inside or code in ROOT_FILES):
                assert (ROOT / code).exists(), f"{page.name}: `{code}` does not exist"


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted paths of a settings model; a mapping's keys stand as <model>."""
    for name, field in model.model_fields.items():
        nested = [
            each
            for each in (field.annotation, *get_args(field.annotation))
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        mapping = getattr(field.annotation, "__origin__", None) is dict
        if not nested or mapping:
            yield f"{prefix}{name}"
        for each in nested:
            yield from leaves(each, f"{prefix}{name}.<model>." if mapping else f"{prefix}{name}.")


def documented_keys(heading: str) -> set[str]:
    table = section(text("docs/administration.md"), heading)
    return {code for cells in rows(table) for code in inline(cells[0])}


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented_keys("## Settings of the platform") - {"Pulumi.<env>.yaml"} == set(
        leaves(Settings)
    )
    assert documented_keys("## Settings of the releases") == set(leaves(ReleaseSettings))


def test_every_key_of_a_model_is_documented() -> None:
    table = rows(section(text("docs/model-development.md"), "## The spec"))
    codes = [code for cells in table for code in inline(" ".join(cells))]
    named = {part for code in codes for part in code.split(".")}
    assert {"name", "folder", *named} >= set(ModelSpec.model_fields)
    for field in ModelSpec.model_fields.values():
        for each in (field.annotation, *get_args(field.annotation)):
            if isinstance(each, type) and issubclass(each, BaseModel):
                assert set(each.model_fields) <= named, each.__name__


def test_every_error_code_and_every_rule_is_documented_and_no_other() -> None:
    errors = section(text("docs/model-deployment.md"), "## Errors")
    codes = {code for cells in rows(errors) for each in cells[1:] for code in inline(each)}
    assert codes == {each.text for each in Code}
    policy = text("docs/policy.md")
    rules = {inline(cells[0])[0] for cells in rows(policy) if inline(cells[0])}
    assert rules == {each.name for each in RULES} | {each.name for each in STACK_RULES}
