"""What cannot be told is refused before anything is brought up, with the command that mends it."""

import subprocess
from pathlib import Path

import pytest

from modelyard.errors import ExitCode, RefusedError
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.story.subjects import subject_of
from tests.modelyard.keyboard import type_
from tests.modelyard.onboarding.files import csv_text, labelled
from tests.modelyard.test_a_release_is_a_commit import git


@pytest.fixture
def made(checkout: Path) -> Path:
    """A checkout with a model that was made from a file, and committed."""
    file = checkout / "customers.csv"
    file.write_text(csv_text(labelled()))
    make_model(checkout, Request(model="churn", file=file, label="y"), force=False)
    git(checkout, "init", "-q")
    # As the real checkout does: to check a folder runs its code, which Python compiles there.
    (checkout / ".gitignore").write_text("__pycache__/\n")
    git(checkout, "add", "models", ".gitignore")
    git(checkout, "commit", "-qm", "Add churn")
    return checkout


def refusal(root: Path) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        subject_of(root, "churn").require_ready()
    return refused.value


def change(root: Path) -> None:
    """Change a line that no check looks at."""
    features = root / "models" / "churn" / "features.py"
    features.write_text(features.read_text() + "\n")


def test_where_no_weeks_are_lived_none_can_be_counted(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "up", "--model", "churn", "--weeks", "3")
    assert typed.code == ExitCode.USAGE
    assert "churn does not live by the week" in typed.err
    assert "make up MODEL=churn" in typed.err


def test_a_folder_that_is_in_order_and_committed_can_be_told(made: Path) -> None:
    subject = subject_of(made, "churn")
    subject.require_ready()
    assert (subject.model, subject.tables, subject.life) == ("churn", ("churn",), "slices")


def test_the_flights_need_no_file(checkout: Path) -> None:
    subject = subject_of(checkout, "flight-delay")
    subject.require_ready()
    assert (subject.model, subject.life) == ("flight_delay", "weeks")


def test_a_folder_that_was_changed_or_never_committed_is_to_be_committed(made: Path) -> None:
    change(made)
    told = refusal(made)
    assert "models/churn/features.py is in none" in told.message
    assert told.remedy == 'git add models/churn && git commit -m "Add churn"'
    git(made, "rm", "-rq", "--cached", "models/churn")
    git(made, "commit", "-qm", "Forget it")
    assert "…" in refusal(made).message


def test_a_folder_with_a_mistake_is_to_be_checked(made: Path) -> None:
    spec = made / "models" / "churn" / "model.yaml"
    spec.write_text(spec.read_text().replace("task: classification", "task: guessing"))
    told = refusal(made)
    assert "estimator.task" in told.message
    assert told.remedy == "modelyard model check churn"


def test_a_file_that_is_not_on_this_machine_is_to_be_copied_there(made: Path) -> None:
    (kept,) = (made / ".modelyard" / "datasets").iterdir()
    kept.unlink()
    kept.parent.rmdir()
    told = refusal(made)
    assert "is not on this machine" in told.message
    assert told.remedy == f"mkdir -p {kept.parent} && cp customers.csv {kept}"
    subprocess.run(told.remedy, shell=True, check=True, cwd=made)
    subject_of(made, "churn").require_ready()


def test_nothing_is_brought_up_for_what_is_refused(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(made)
    typed = type_(capsys, "up", "--model", "churn")
    assert typed.code == 1
    assert typed.err.count("error:") == 1
    assert [each.name for each in (made / ".modelyard").iterdir()] == ["datasets"]
