"""What this machine and this checkout are: versions, commit, room left, ports."""

import importlib.metadata
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from modelyard.diagnosis.section import Contents
from sandbox import Layout

_PORT_FIELDS = ("aws", "aws_provider", "kubernetes_provider", "registry", "identity")


def versions() -> Contents:
    """Everything whose version can explain a fault."""
    import tools
    from sandbox.containers import isolation

    where = {name: tools.locate(tool) for name, tool in tools.TOOLS.items()}
    return {
        "versions.json": {
            "python": sys.version,
            "executable": sys.executable,
            "platform": platform.platform(),
            "kernel": platform.release(),
            "tools": {name: str(path or "not there") for name, path in where.items()},
            "not enforced": list(isolation().not_enforced),
            "libraries": {
                each.metadata["Name"]: each.version for each in importlib.metadata.distributions()
            },
        }
    }


def commit(root: Path) -> Contents:
    """Which commit, and which files differ from it; never how they differ."""
    changed = _git(root, "status", "--porcelain").splitlines()
    return {
        "commit.json": {
            "sha": _git(root, "rev-parse", "HEAD").strip(),
            "branch": _git(root, "rev-parse", "--abbrev-ref", "HEAD").strip(),
            "dirty": bool(changed),
            "changed": changed,
        }
    }


def room(root: Path, state: Path) -> Contents:
    """Disk, memory, load and limits."""
    disks = {str(each): shutil.disk_usage(each)._asdict() for each in (root, Path("/tmp"))}
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    limits = {name: resource.getrlimit(number) for name, number in _LIMITS.items()}
    return {
        "machine.json": {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "cpus": os.cpu_count(),
            "load": os.getloadavg(),
            "memory": memory._asdict(),
            "swap": swap._asdict(),
            "disks": disks,
            "limits": limits,
            "folders": {
                each.name: _bytes(each) for each in sorted(state.glob("*")) if each.is_dir()
            },
        }
    }


_LIMITS = {
    "open files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "address space": resource.RLIMIT_AS,
}


def ports(state: Path) -> Contents:
    """Each port of the sandbox, and whether and by whom it is served."""
    layout = Layout.load(state)
    wanted: dict[str, int] = {role: getattr(layout, f"{role}_port") for role in _PORT_FIELDS}
    for each in layout.environments:
        for name, value in vars(layout.environment(each.name)).items():
            if name.endswith("_port"):
                wanted[f"{each.name}.{name.removesuffix('_port')}"] = value
    listening = {
        each.laddr.port: each.pid
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr
    }
    return {
        "ports.json": {
            role: {"port": port, "listening": port in listening, "process": _who(listening, port)}
            for role, port in wanted.items()
        }
    }


def _who(listening: dict[int, int | None], port: int) -> str:
    pid = listening.get(port)
    try:
        return f"{pid} {psutil.Process(pid).name()}" if pid else ""
    except psutil.Error:
        return str(pid)


def _bytes(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
    return total


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=20
    )
    if done.returncode != 0:
        raise RuntimeError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
