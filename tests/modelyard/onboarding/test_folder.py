"""A model folder appears whole, in order and in the house's form, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ml.data.contract import load_contract
from ml.model_folder import folder_problems
from ml.spec import load_model
from modelyard.errors import YardError
from modelyard.onboarding import making
from modelyard.onboarding.making import Made, make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.source import load_source, user_made
from tests.modelyard.onboarding.files import csv_text, labelled

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without models."""
    (tmp_path / "models").mkdir()
    return tmp_path


def wild(rows: int = 150) -> str:
    """Names, kinds and values that a template could stumble over."""
    return csv_text(
        labelled(
            rows,
            **{
                "Kunden-Nr.": lambda n: f"K{n:04d}",
                "E-Mail": lambda n: f"a{n}@example.org",
                "Größe {cm}": lambda n: 150 + n % 50,
                'it\'s "quoted"': lambda n: ["a'b", "back\\slash", "{brace}"][n % 3],
                "class": lambda n: ["true", "false"][n % 2],
                "signup_date": lambda n: f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}",
                "no: yaml": lambda n: ["yes", "null: x", "# no"][n % 3],
            },
        ),
        rows,
        divider="\t",
    ).replace('it\'s "quoted"', "it's 'quoted'")


def make(checkout: Path, *, content: str = "", force: bool = False, model: str = "churn") -> Made:
    file = checkout / "customers.csv"
    file.write_text(content or wild())
    return make_model(checkout, Request(model=model, file=file, label="y"), force=force)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "datasets" not in path.parts and "__pycache__" not in path.parts
    }


def test_a_folder_passes_the_check_and_the_linters(checkout: Path) -> None:
    made = make(checkout)
    assert folder_problems(made.folder) == []
    for tool in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *tool, "--no-cache", str(made.folder)]
        config = ["--config", str(ROOT / "pyproject.toml"), "--config", f"src=['{ROOT}']"]
        done = subprocess.run([*command, *config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_problem_is_a_draft_and_the_file_is_named_by_its_digest(checkout: Path) -> None:
    made = make(checkout)
    assert load_model(made.folder).problem.draft
    source = load_source(made.folder)
    assert source is not None
    assert source.file.sha256 == made.sha256
    assert (checkout / ".modelyard" / "datasets" / made.sha256).read_text() == wild()
    assert str(checkout) not in "".join(path.read_text() for path in made.folder.iterdir())
    assert list(user_made(checkout / "models")) == ["churn"]


def test_the_contract_keeps_the_names_of_the_file(checkout: Path) -> None:
    made = make(checkout)
    columns = load_contract(made.folder / "contract.yaml").tables["churn"].columns
    told = {column.name: column.physical_name for column in columns}
    assert told["kunden_nr"] == "Kunden-Nr."
    assert told["grosse_cm"] == "Größe {cm}"
    assert told["class_value"] == "class"


def test_what_looks_personal_is_restricted_and_leaves_the_mirror(checkout: Path) -> None:
    made = make(checkout)
    table = load_contract(made.folder / "contract.yaml").tables["churn"]
    assert {column.name for column in table.columns if column.restricted} == {
        "kunden_nr",
        "e_mail",
    }
    rules = load_model(made.folder).data.redaction.tables["churn"]
    assert (dict(rules.pseudonyms), rules.drop) == ({"kunden_nr": "kunden_nr"}, ("e_mail",))


def test_no_request_has_to_carry_what_nothing_is_learned_from(checkout: Path) -> None:
    assert "e_mail" in load_model(make(checkout).folder).data.outcomes


def test_a_table_never_takes_the_name_of_another_models(checkout: Path) -> None:
    other = checkout / "models" / "patients"
    other.mkdir()
    (other / "model.yaml").write_text(yaml.safe_dump({"data": {"tables": ["churn"]}}))
    made = make(checkout)
    assert load_model(made.folder).data.tables == ("churn_rows",)


def test_an_existing_folder_is_never_overwritten_unasked(checkout: Path) -> None:
    made = make(checkout)
    (made.folder / "features.py").write_text("mine = True\n")
    before = everything(checkout)
    with pytest.raises(YardError, match="models/churn exists already; nothing was changed"):
        make(checkout)
    assert everything(checkout) == before
    make(checkout, force=True)
    assert "mine" not in (made.folder / "features.py").read_text()


def test_the_bytecode_of_a_folder_that_was_removed_does_not_hold_its_name(checkout: Path) -> None:
    left = checkout / "models" / "churn" / "__pycache__"
    left.mkdir(parents=True)
    made = make(checkout)
    assert (made.folder / "model.yaml").exists()
    assert not left.exists()


def test_nothing_is_half_written_when_it_fails(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(checkout)
    before = everything(checkout)

    def full(*_: object, **__: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="no space"):
        make(checkout, force=True)
    with pytest.raises(OSError, match="no space"):
        make(checkout, model="other")
    monkeypatch.undo()
    assert everything(checkout) == before
    assert [path.name for path in (checkout / "models").iterdir()] == ["churn"]


def test_a_refused_file_leaves_no_folder_and_no_workspace(checkout: Path) -> None:
    with pytest.raises(YardError):
        make(checkout, content="x,y\n1,1\n2,0\n")
    assert not list((checkout / "models").iterdir())
    assert not list((checkout / ".modelyard" / "datasets").iterdir())


@pytest.mark.parametrize("name", ["Churn", "2churn", "churn-model", "", "x" * 40, "../churn"])
def test_a_name_that_no_model_can_have_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(YardError, match="cannot be a model's name"):
        make(checkout, model=name)


def test_a_path_that_is_no_file_is_refused(checkout: Path) -> None:
    for path, told in ((checkout, "is a folder"), (checkout / "none.csv", "does not exist")):
        with pytest.raises(YardError, match=told):
            make_model(checkout, Request(model="churn", file=path, label="y"), force=False)
    empty = checkout / "empty.csv"
    empty.touch()
    with pytest.raises(YardError, match=r"empty.csv is empty"):
        make_model(checkout, Request(model="churn", file=empty, label="y"), force=False)


def test_the_owner_is_who_commits(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_owner", lambda: "ada@example.org")
    assert load_model(make(checkout).folder).problem.owner == "ada@example.org"
