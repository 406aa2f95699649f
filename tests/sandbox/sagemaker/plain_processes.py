"""Steps without containers: what runs them is the same."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.sagemaker.jobs import Job
from sandbox.sagemaker.launch import Running


class ProcessLauncher:
    """Runs the command as a plain process of this interpreter's environment."""

    def launch(self, job: Job, environment: Mapping[str, str], scratch: Path) -> Running:
        """Start the process."""
        words = [sys.executable if word == "python" else word for word in job.argv]
        token = str(scratch / "token")
        return subprocess.Popen(
            words,
            env={**environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
