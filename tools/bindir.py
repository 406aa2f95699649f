"""One directory with every program in it, so that a single PATH entry is enough."""

import hashlib
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import cache
from tools.installed import OURS
from tools.language_host.interpreter import SPAWN

CHECKOUT = Path(__file__).resolve().parents[1]


def assemble(programs: Mapping[str, Path]) -> Path:
    """Link the programs and the language host of this checkout; the same set, the same folder."""
    content = {name: str(path) for name, path in sorted(programs.items())}
    identity = repr((content, sys.executable, str(CHECKOUT)))
    folder = cache.root() / "bin" / hashlib.sha256(identity.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OURS).touch()
    for name, path in content.items():
        # The engine trusts a language host without a warning only in its own, real directory.
        _replace(folder / name, link=path, hard=path.startswith(str(cache.root())))
    _replace(folder / "pulumi-language-python", script=_language_host())
    return folder


def _language_host() -> str:
    return (
        "#!/bin/sh\n"
        "# Runs Pulumi programs with the interpreter of the checkout that this was made for.\n"
        f'exec {shlex.join(SPAWN)} tools.language_host "$@"\n'
    )


def _replace(path: Path, *, link: str = "", hard: bool = False, script: str = "") -> None:
    """Put it there in one step: a running shell may be about to execute the old one."""
    if link and path.exists() and path.samefile(link):
        return
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    if hard:
        draft.hardlink_to(link)
    elif link:
        draft.symlink_to(link)
    else:
        draft.write_text(script)
        draft.chmod(0o755)
    draft.replace(path)
