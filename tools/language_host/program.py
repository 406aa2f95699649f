"""Starts a Pulumi program in an interpreter of its own and hands it what the engine asked for."""

import json
import os
import subprocess
from typing import Any

from tools.language_host.interpreter import SPAWN

REQUEST = "MODELYARD_RUN_REQUEST"
"""Environment variable that carries the request to the program's process."""


DEBUG = "MODELYARD_PROGRAM_DEBUG"
"""Set where somebody wants to read the SDK's debug messages: five for each resource."""


def start(request: Any, engine: str) -> "subprocess.Popen[bytes]":
    """Start the process; its output goes where the host's goes, so the engine shows it."""
    info = request.info
    folder = info.program_directory
    run = {
        "directory": request.pwd,
        "program": os.path.join(folder, info.entry_point) if folder else request.program,
        "config": dict(request.config),
        "secrets": list(request.configSecretKeys),
        "settings": {
            "project": request.project,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "monitor": request.monitor_address,
            "engine": engine,
            "organization": request.organization or "organization",
            "root_directory": info.root_directory,
        },
    }
    return subprocess.Popen(
        [*SPAWN, "tools.language_host.launch"],
        env={**os.environ, REQUEST: json.dumps(run)},
        stdin=subprocess.DEVNULL,
        # Out of reach of the terminal's Ctrl-C: the engine decides what that means, and a
        # program that died of it half-way would only add a traceback.
        process_group=0,
    )
