"""The AWS part of a sandbox as a process: `python -m sandbox.aws ROOT`."""

import signal
import sys
import threading
from pathlib import Path

from sandbox.aws.emulator import Emulator
from sandbox.aws.service import ProviderService
from sandbox.kubernetes.cronjobs import CronJobs, clusters_of
from sandbox.kubernetes.holding import Holding
from sandbox.layout import Layout
from sandbox.sagemaker.launch import ContainerLauncher
from sandbox.sagemaker.service import attach_runner
from sandbox.timeline.pulse import Pulse


def main(root: Path) -> None:
    """Serve until told to stop."""
    layout = Layout.load(root)
    emulator = Emulator(layout.environments, layout.aws_port)
    provider = ProviderService(
        emulator,
        port=layout.aws_provider_port,
        layout=layout,
        fail_at=layout.aws / "fail_at",
    )
    runner = attach_runner(
        emulator,
        ContainerLauncher(layout),
        log_folder=layout.logs / "pipelines",
        work_folder=layout.aws / "pipelines",
    )
    emulator.timeline.add(CronJobs(lambda: clusters_of(layout)))
    emulator.timeline.follow(Holding(lambda: clusters_of(layout)))
    pulse = Pulse(emulator.timeline)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    emulator.start()
    pulse.start()
    sys.stderr.write(f"aws: {emulator.endpoint}, boot {emulator.boot_id}\n")
    stopped.wait()
    pulse.stop()
    runner.stop_all()
    provider.stop()
    emulator.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
