"""The files a container sees: its image's, the host's /usr below them, and its mounts."""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Lent by the host where the image has none: our images carry an interpreter, not a distribution.
_BASE = ("usr", "lib", "lib32", "lib64", "bin", "sbin")
_ETC = (
    "alternatives", "ca-certificates", "host.conf", "hosts", "ld.so.cache", "ld.so.conf",
    "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "pki", "protocols",
    "resolv.conf", "services", "ssl",
)  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
HOST = "/.host"
"""Where the host's files are in a root that containers of an image share."""
_LOCKED = {os.ST_NOSUID: "nosuid", os.ST_NODEV: "nodev", os.ST_NOEXEC: "noexec"}


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A file or folder of the host at a place in the container."""

    source: Path
    target: str
    read_only: bool = False


def mount_script(
    root: Path,
    mounts: Sequence[Mount],
    *,
    empty: Path,
    user: int,
    workdir: str,
    read_only: bool,
    temporary: Sequence[str],
) -> str:
    """A shell script, run in new namespaces, that ends inside the container's own root.

    `empty` is a folder of the host to build on; each container has its own view of it.
    """
    lines = [*_start(root, empty, user), *_own(mounts, workdir, temporary)]
    if read_only:
        lines.append('mount -o remount,bind,ro "$R"')
    lines += ['cd "$R"', "pivot_root . .", "umount -l .", f"cd {shlex.quote(workdir)}"]
    return "\n".join(lines)


def shared_script(root: Path, *, empty: Path, user: int) -> str:
    """A shell script, run in new namespaces, that ends in a root for many containers of an image.

    What it was called in, the host's files among it, stays below `HOST`, out of which each
    container takes its mounts with `own_script`.
    """
    lines = [*_start(root, empty, user), f"mkdir {_place(HOST)}"]
    lines += ['cd "$R"', f"pivot_root . {_place(HOST)}", "cd /"]
    # As a container finds it: what a library writes as it is loaded would be shared by all.
    return "\n".join([*lines, "mount -o remount,bind,ro /"])


def own_script(mounts: Sequence[Mount], *, workdir: str, temporary: Sequence[str]) -> str:
    """A shell script that makes a shared root one container's, read-only and without the host."""
    lines = ["set -eu", "umask 022", "cd /", "mount -o remount,bind,rw /", *_kernel_of_its_own()]
    lines += _own(mounts, workdir, temporary, host=HOST)
    return "\n".join([*lines, "mount -o remount,bind,ro /", f"umount -l {HOST}"])


def _start(root: Path, empty: Path, user: int) -> Iterator[str]:
    yield from ("set -eu", "umask 022", f"R={shlex.quote(str(empty))}")
    yield 'mount -t tmpfs -o mode=755 tmpfs "$R"; cd "$R"'
    yield from _image(root)
    yield from _base(root, user)
    yield from _kernel()


def _own(
    mounts: Sequence[Mount], workdir: str, temporary: Sequence[str], host: str = ""
) -> Iterator[str]:
    for target in temporary:
        place = _place(target)
        yield f"mkdir -p {place}"
        yield f"mount -t tmpfs -o mode=1777,nosuid tmpfs {place}"
    # Outer mounts first, or they would cover the inner ones.
    for mount in sorted(mounts, key=lambda each: each.target.count("/")):
        yield from _bind(mount.source, mount.target, read_only=mount.read_only, host=host)
    yield f"mkdir -p {_place(workdir)}"


def with_system(path: str | None) -> str:
    """The script's own tools lie in the system's folders, whatever the image's PATH says."""
    system = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    own = [each for each in (path or "").split(":") if each]
    return ":".join([*own, *(each for each in system if each not in own)])


def prepare(root: Path, mounts: Sequence[Mount]) -> None:
    """Make the mount points that lie inside the image's folders, which are read-only later."""
    for mount in mounts:
        place = root / mount.target.lstrip("/")
        if not (root / place.relative_to(root).parts[0]).is_dir() or place.exists():
            continue
        if mount.source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()


def _place(target: str) -> str:
    return shlex.quote("." + os.path.normpath(f"/{target}"))


def _bind(source: Path, target: str, *, read_only: bool, host: str = "") -> Iterator[str]:
    place, origin = _place(target), shlex.quote(f"{host}{source}")
    if source.is_dir():
        yield f"[ -d {place} ] || mkdir -p {place}"
    else:
        yield f"[ -e {place} ] || {{ mkdir -p $(dirname {place}); : > {place}; }}"
    yield f"mount --rbind {origin} {place}"
    if read_only:
        yield f"mount -o remount,bind,ro{_flags(source)} {place}"


def _flags(source: Path) -> str:
    """Flags that the source already has: in a user namespace a remount may not drop them."""
    present = os.statvfs(source).f_flag
    return "".join(f",{name}" for flag, name in _LOCKED.items() if present & flag)


def _image(root: Path) -> Iterator[str]:
    for entry in sorted(root.iterdir()):
        if entry.is_symlink():
            yield f"ln -s {shlex.quote(os.readlink(entry))} {_place(entry.name)}"
        else:
            yield from _bind(entry, entry.name, read_only=True)


def _base(root: Path, user: int) -> Iterator[str]:
    for name in _BASE:
        host = Path("/", name)
        if (root / name).exists() or not host.exists():
            continue
        if host.is_symlink():
            yield f"ln -s {shlex.quote(os.readlink(host))} ./{name}"
        else:
            yield from _bind(host, name, read_only=True)
    yield "mkdir -p tmp run var/tmp home; chmod 1777 tmp var/tmp"
    if (root / "etc").exists():
        return
    yield "mkdir etc"
    yield f"printf 'root:x:0:0::/:/bin/sh\\napp:x:{user}:{user}::/:/bin/sh\\n' > etc/passwd"
    yield f"printf 'root:x:0:\\napp:x:{user}:\\n' > etc/group"
    for name in _ETC:
        host = Path("/etc", name)
        if host.exists():
            yield from _bind(host.resolve(), f"etc/{name}", read_only=True)


def _kernel() -> Iterator[str]:
    yield "mkdir -p proc dev/shm sys"
    yield from _kernel_of_its_own("")
    yield from _bind(Path("/sys"), "sys", read_only=True)
    for name in _DEVICES:
        if Path("/dev", name).exists():
            yield f": > dev/{name}; mount --bind /dev/{name} dev/{name}"
    yield "ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin"
    yield "ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr"


def _kernel_of_its_own(host: str = HOST) -> Iterator[str]:
    """What depends on the namespaces, or would be memory that containers share."""
    # A host that hides parts of /proc refuses a fresh one to ordinary users.
    yield f"mount -t proc proc proc 2>/dev/null || mount --rbind {host}/proc proc"
    yield "mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm"
