"""The source that a release is made of: a commit, or the working tree honestly marked as such."""

import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from modelyard.errors import RefusedError

IN_THE_IMAGE = ("ml", "models", "images/workload/requirements.txt")
"""What an image is built from; nothing else can change what runs."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A folder with exactly what goes into the image, and where it came from."""

    folder: Path
    git_sha: str
    dirty: bool
    diff_sha256: str
    """Hash of what differs from the commit; empty for a clean release."""


@contextmanager
def source(root: Path, *, working_tree: bool) -> Iterator[Source]:
    """Unpack HEAD, or copy the working tree and hash how it differs from HEAD."""
    sha = head(root)
    with TemporaryDirectory() as name:
        folder = Path(name)
        difference = ""
        if working_tree:
            difference = difference_to_head(root)
            _copy_tree(root, folder)
        else:
            archive = _git(root, "archive", "HEAD", *IN_THE_IMAGE)
            with tarfile.open(fileobj=BytesIO(archive)) as packed:
                packed.extractall(folder, filter="data")
        yield Source(folder=folder, git_sha=sha, dirty=bool(difference), diff_sha256=difference)


def head(root: Path) -> str:
    """Return the commit that is checked out."""
    return _git(root, "rev-parse", "HEAD").decode().strip()


def difference_to_head(root: Path) -> str:
    """Return the hash of what differs from HEAD in the image's own paths; empty if nothing."""
    tracked = _git(root, "diff", "HEAD", "--", *IN_THE_IMAGE)
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *IN_THE_IMAGE)
    names = sorted(name for name in new.decode().split("\0") if name)
    if not tracked and not names:
        return ""
    hashed = hashlib.sha256(tracked)
    for name in names:
        hashed.update(name.encode() + b"\0" + (root / name).read_bytes())
    return "sha256:" + hashed.hexdigest()


def holds(root: Path, commit: str, path: str) -> bool:
    """Say whether a commit has a folder exactly as the one that is checked out has it.

    A commit that is not in this checkout holds nothing.
    """
    try:
        return _tree(root, commit, path) == _tree(root, "HEAD", path) != ""
    except RefusedError:
        return False


def uncommitted(root: Path, path: str) -> list[str]:
    """Name the files below a path that differ from the commit that is checked out."""
    told = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", path)
    found = [each[3:] for each in told.decode().split("\0") if each[2:3] == " "]
    # What git ignores is in no status either.
    return found if found or _tree(root, "HEAD", path) else [path]


def _tree(root: Path, commit: str, path: str) -> str:
    return _git(root, "ls-tree", commit, "--", path).decode()


def _copy_tree(root: Path, folder: Path) -> None:
    listed = _git(
        root, "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *IN_THE_IMAGE
    )
    for name in {each for each in listed.decode().split("\0") if each}:
        origin, target = root / name, folder / name
        if origin.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, target)


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise RefusedError(
            "A release is made from a git commit, and there is no `git` on PATH.",
            remedy="install git",
        ) from error
    if done.returncode != 0:
        raise RefusedError(
            f"git {arguments[0]} in {root} failed: {done.stderr.decode().strip()}",
            remedy="a release needs a git checkout with at least one commit",
        )
    return done.stdout
