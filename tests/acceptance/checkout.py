"""A checkout of its own for the acceptance tests, used the way a person at a keyboard uses it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
LEFT_OUT = {"MODELYARD_TARGET", "MODELYARD_ROOT", "PYTHONPATH", "COLUMNS"}
"""Variables of whoever runs the tests that would change what a newcomer sees."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """One command that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def told(self) -> str:
        """Everything that a person saw."""
        return self.out + self.err

    @property
    def json(self) -> Any:
        """What a script reads."""
        return json.loads(self.out)


class Checkout:
    """A copy of this checkout with the files as they are now, all of them committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / ".modelyard"

    @classmethod
    def make(cls, root: Path) -> "Checkout":
        """Copy what git tracks and what it would track, into a repository of one commit."""
        root.mkdir(parents=True)
        made = cls(root)
        made._git("init", "--quiet", "--initial-branch", "main")
        # As `make setup` leaves it: a folder, which is what the ignore file speaks of.
        (root / ".venv").mkdir()
        for each in Path(sys.prefix).iterdir():
            (root / ".venv" / each.name).symlink_to(each)
        made.sync()
        return made

    def sync(self) -> None:
        """Bring the copy to what the checkout holds now."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=HERE,
            check=True,
            capture_output=True,
        )
        wanted = {name for name in listed.stdout.decode().split("\0") if (HERE / name).is_file()}
        for name in wanted:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE / name, self.root / name)
        for name in set(self._git("ls-files", "-z").split("\0")) - wanted - {""}:
            (self.root / name).unlink(missing_ok=True)
        if self.changes():
            self.commit("As it is now")

    def commit(self, message: str) -> None:
        """Commit everything."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", message)

    def changes(self) -> str:
        """What `git status` would show."""
        return self._git("status", "--porcelain")

    def modelyard(
        self,
        *words: str,
        code: int | None = 0,
        profile: str = "",
        patience: float = 300,
        measured: bool = True,
    ) -> Done:
        """Type a `modelyard` command; it has to end with this code, within these seconds.

        Where it is not `measured`, neither its lines are counted nor those of what it starts.
        """
        extra = {"AWS_PROFILE": profile} if profile else {}
        command = [str(self.root / "bin" / "modelyard"), *words]
        done = self._run(command, extra, patience, measured=measured)
        assert "Traceback" not in done.told, done.told
        assert code is None or done.code == code, f"{words} ended with {done.code}: {done.told}"
        return done

    def shell(self, line: str, code: int | None = 0, patience: float = 300) -> Done:
        """Type a line in a shell that has entered the sandbox."""
        entered = f'eval "$({self.root}/bin/modelyard sandbox env)" && {line}'
        done = self._run(["bash", "-c", entered], {}, patience)
        assert code is None or done.code == code, f"{line} ended with {done.code}: {done.told}"
        return done

    def started(self, *words: str) -> AbstractContextManager["subprocess.Popen[str]"]:
        """Start a `modelyard` command in a terminal of its own; it is gone afterwards."""
        return self.typed(str(self.root / "bin" / "modelyard"), *words)

    @contextmanager
    def typed(self, *command: str) -> Iterator["subprocess.Popen[str]"]:
        """Start any command in a terminal of its own; it is gone afterwards."""
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def entered(self) -> dict[str, str]:
        """The variables of a shell that has entered the sandbox."""
        shown = self.shell("env -0").out.split("\0")
        return dict(each.partition("=")[::2] for each in shown if each)

    def held(self) -> int:
        """How many resources the emulator holds."""
        ports = json.loads((self.state / "sandbox.json").read_text())["allotment"]["ports"]
        with urllib.request.urlopen(f"http://127.0.0.1:{ports['aws']}/_sandbox/counts") as answer:
            return sum(each["resources"] for each in json.load(answer).values())

    def _run(
        self,
        command: list[str],
        extra: dict[str, str],
        patience: float = 300,
        *,
        measured: bool = True,
    ) -> Done:
        environment = _environment(extra)
        if not measured:
            environment = {k: v for k, v in environment.items() if not k.startswith("COVERAGE_")}
        begun = time.monotonic()
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )
        return Done(
            code=done.returncode,
            out=done.stdout,
            err=done.stderr,
            seconds=time.monotonic() - begun,
        )

    def _git(self, *words: str) -> str:
        named = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", *named, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout


def _environment(extra: dict[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(("AWS_", "PULUMI_"))
    }
    return {**kept, **extra}
