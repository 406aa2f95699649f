"""Run a command from an image as a local process that sees the image's files only."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.containers.images import HasImages, Images, UnpackedImage
from sandbox.containers.isolation import Isolation, isolation, maps
from sandbox.containers.process import Process
from sandbox.containers.reference import ImageError
from sandbox.containers.relocation import Relocation
from sandbox.containers.rootfs import Mount, mount_script, own_script, prepare, with_system
from sandbox.containers.warm.asking import Image, ask, suits
from sandbox.containers.warm.streams import Stream
from sandbox.containers.warm.warm_inside.becoming import Order

# The first child gets process id 1 of the new namespace. `unshare --fork` would do the same, but
# version 2.38 answers 1 instead of 137 when that child is killed.
_WAIT = 'inside=$1; shift; /bin/sh -c "$inside" container "$@" & wait $!'


@dataclass(frozen=True, kw_only=True)
class _Command:
    """What is run, where the image has said what the container has not."""

    unpacked: UnpackedImage
    argv: Sequence[str]
    env: Mapping[str, str]
    workdir: str
    stdout: Stream
    stderr: Stream


@dataclass(frozen=True, kw_only=True)
class Container:
    """A process of an image, without rights, with a read-only root unless told otherwise.

    Where the machine forbids a part of that, `isolation().not_enforced` says which.
    """

    layout: HasImages
    image: str
    """By digest, named as on AWS or on loopback."""
    argv: Sequence[str] = ()
    """Whole command; the image's own entrypoint and command if empty."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the image's; nothing of the host's environment gets in."""
    mounts: Sequence[Mount] = ()
    user: int = 10001
    groups: Sequence[int] = ()
    read_only_root: bool = True
    workdir: str | None = None
    """The image's own if None."""
    temporary: Sequence[str] = ()
    """Places that get an empty file system in memory, such as `/tmp`."""

    def start(self, stdout: Stream = None, stderr: Stream = subprocess.STDOUT) -> Process:
        """Start it; output goes where told."""
        images = Images.of(self.layout)
        unpacked = images.unpacked(self.image) or images.unpack(self.image)
        argv = tuple(self.argv) or (*unpacked.entrypoint, *unpacked.command)
        if not argv:
            raise ImageError(f"Image {self.image} names no command.", "Give one.")
        command = _Command(
            unpacked=unpacked,
            argv=argv,
            env={"HOME": "/", **unpacked.env, **self.env},
            workdir=self.workdir or unpacked.workdir,
            stdout=stdout,
            stderr=stderr,
        )
        how = isolation()
        if not how.mounts:
            return self._start_open(command)
        prepare(unpacked.root, self.mounts)
        return self._start_warm(command, how, images.folder) or self._start_anew(
            command, how, images.folder
        )

    def _start_warm(self, command: _Command, how: Isolation, folder: Path) -> Process | None:
        """As a copy of the image's warm interpreter, if there is one and it can be that."""
        unpacked = command.unpacked
        image = Image(root=unpacked.root, user=self.user, env=unpacked.env)
        # A root that can be written to is nobody else's.
        if not self.read_only_root or not suits(image, command.argv, command.env):
            return None
        order = Order(
            argv=command.argv,
            env=command.env,
            script=own_script(self.mounts, workdir=command.workdir, temporary=self.temporary),
            workdir=command.workdir,
            user=self.user if _changes_user(how, self.user) else None,
            groups=self.groups,
        )
        wrapper = ask(folder, image, order, command.stdout, command.stderr)
        if wrapper is None:
            return None
        return Process(wrapper, env=command.env, enter=_drop(how, self.user, self.groups))

    def _start_anew(self, command: _Command, how: Isolation, folder: Path) -> Process:
        """In namespaces that are made for it."""
        empty = folder / "empty"
        empty.mkdir(exist_ok=True)
        script = mount_script(
            command.unpacked.root,
            self.mounts,
            empty=empty,
            user=self.user,
            workdir=command.workdir,
            read_only=self.read_only_root,
            temporary=self.temporary,
        )
        drop = _drop(how, self.user, self.groups)
        inside = f'{script}\nexec {" ".join(drop)} "$@"'
        wrapper = subprocess.Popen(
            [*how.unshare, "/bin/sh", "-c", _WAIT, "container", inside, *command.argv],
            env={**command.env, "PATH": with_system(command.env.get("PATH"))},
            stdin=subprocess.DEVNULL,
            stdout=command.stdout,
            stderr=command.stderr,
            start_new_session=True,
            cwd="/",
        )
        return Process(wrapper, env=command.env, enter=drop)

    def _start_open(self, command: _Command) -> Process:
        """Without namespaces: the same command with its paths led to where the files are."""
        moved = Relocation(command.unpacked.root, self.mounts)
        environment = {key: moved.text(value) for key, value in command.env.items()}
        folder = Path(moved.text(command.workdir))
        program, *arguments = command.argv
        wrapper = subprocess.Popen(
            [moved.program(program, environment.get("PATH")), *map(moved.text, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=command.stdout,
            stderr=command.stderr,
            start_new_session=True,
            cwd=folder if folder.is_dir() else None,
        )
        return Process(wrapper, env=environment, enter=None)


def _drop(how: Isolation, user: int, groups: Sequence[int]) -> list[str]:
    """Give up the ids, every capability, and the way back through setuid programs."""
    # The signal makes it end with its wrapper: namespaces alone outlive who made them.
    command = [shutil.which("setpriv") or "setpriv", "--no-new-privs", "--pdeathsig", "KILL"]
    if _changes_user(how, user):
        chosen = ("--groups", ",".join(map(str, groups))) if groups else ("--clear-groups",)
        command += ["--reuid", str(user), "--regid", str(user), *chosen]
    return [*command, "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"]


def _changes_user(how: Isolation, user: int) -> bool:
    return "--user" not in how.unshare and maps(user)
