"""A release is made of a commit and nothing else, or says exactly how it differs from one."""

import subprocess
from pathlib import Path

import pytest

from modelyard.errors import RefusedError
from modelyard.source import holds, source, uncommitted


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in (
        ("ml/step.py", "ONE = 1\n"),
        ("models/m/model.yaml", "a: 1\n"),
        ("images/workload/requirements.txt", "polars\n"),
        ("infra/program.py", "X = 1\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "First")
    return tmp_path


def test_the_working_tree_does_not_leak_into_a_commit(repository: Path) -> None:
    (repository / "ml" / "step.py").write_text("ONE = 2\n")
    with source(repository, working_tree=False) as made_of:
        assert (made_of.folder / "ml" / "step.py").read_text() == "ONE = 1\n"
        assert made_of.git_sha == git(repository, "rev-parse", "HEAD")
        assert not made_of.dirty
        assert not (made_of.folder / "infra").exists()


def test_uncommitted_files_are_recorded_with_a_hash(repository: Path) -> None:
    (repository / "ml" / "step.py").write_text("ONE = 2\n")
    with source(repository, working_tree=True) as first:
        assert (first.folder / "ml" / "step.py").read_text() == "ONE = 2\n"
        assert first.dirty
    (repository / "ml" / "new.py").write_text("NEW = 1\n")
    with source(repository, working_tree=True) as second:
        assert (second.folder / "ml" / "new.py").exists()
    assert first.diff_sha256 != second.diff_sha256


def test_a_clean_working_tree_is_not_dirty(repository: Path) -> None:
    (repository / "infra" / "program.py").write_text("X = 2\n")
    with source(repository, working_tree=True) as made_of:
        assert not made_of.dirty


def test_without_git_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="failed"), source(tmp_path, working_tree=False):
        pass


def test_a_commit_holds_a_folder_as_long_as_no_later_one_changes_it(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    (repository / "ml" / "step.py").write_text("ONE = 2\n")
    git(repository, "commit", "-qam", "Elsewhere")
    assert holds(repository, first, "models/m")
    (repository / "models" / "m" / "model.yaml").write_text("a: 2\n")
    assert holds(repository, first, "models/m"), "what is not committed is in no release"
    git(repository, "commit", "-qam", "There")
    assert not holds(repository, first, "models/m")
    assert not holds(repository, "0123456789abcdef", "models/m")
    assert not holds(repository, git(repository, "rev-parse", "HEAD"), "models/other")


def test_what_is_not_committed_is_named(repository: Path) -> None:
    folder = repository / "models" / "m"
    assert uncommitted(repository, "models/m") == []
    (folder / "model.yaml").write_text("a: 2\n")
    (folder / "new one.py").write_text("")
    assert uncommitted(repository, "models/m") == ["models/m/model.yaml", "models/m/new one.py"]
    (repository / ".gitignore").write_text("models/other/\n")
    (repository / "models" / "other").mkdir()
    (repository / "models" / "other" / "model.yaml").write_text("a: 1\n")
    assert uncommitted(repository, "models/other") == ["models/other"]
