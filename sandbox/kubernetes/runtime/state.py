"""What runs on the node: pods and their containers, as the kubelet asked for them."""

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.containers import Container, Mount, Process
from sandbox.containers.images import HasImages, UnpackedImage
from sandbox.kubernetes.runtime.cri import api_pb2 as cri
from sandbox.kubernetes.runtime.logs import LogFile

NAMESPACE = "io.kubernetes.pod.namespace"
POD = "io.kubernetes.pod.name"
POD_ID = "io.kubernetes.pod.uid"


@dataclass(frozen=True, kw_only=True)
class Injection:
    """What the platform adds to a container: the caller of its pod does not ask for it."""

    env: dict[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()


@dataclass(kw_only=True)
class Pod:
    """One pod sandbox."""

    id: str
    config: cri.PodSandboxConfig
    address: str
    created_at: int = field(default_factory=time.time_ns)
    ready: bool = True


@dataclass(kw_only=True)
class Workload:
    """One container of a pod, from its creation until the kubelet removes it."""

    id: str
    pod: Pod
    config: cri.ContainerConfig
    image: UnpackedImage
    log_path: Path
    created_at: int = field(default_factory=time.time_ns)
    started_at: int = 0
    finished_at: int = 0
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    process: Process | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> cri.ContainerState:
        """As the kubelet counts it."""
        if self.ended.is_set():
            return cri.CONTAINER_EXITED
        return cri.CONTAINER_RUNNING if self.process else cri.CONTAINER_CREATED

    def start(self, layout: HasImages, injected: Injection) -> None:
        """Start the process; its end is noticed by a thread."""
        log = LogFile(self.log_path)
        try:
            self.process = self._container(layout, injected).start(
                subprocess.PIPE, subprocess.PIPE
            )
        except Exception as error:
            log.write(f"cannot start: {error}\n".encode())
            log.close()
            raise
        self.started_at = time.time_ns()
        for stream, name in ((self.process.stdout, "stdout"), (self.process.stderr, "stderr")):
            if stream is not None:
                log.follow(stream, name)
        threading.Thread(target=self._await_end, args=(self.process, log), daemon=True).start()

    def _await_end(self, process: Process, log: LogFile) -> None:
        code = process.wait()
        log.close()
        self.exit_code, self.finished_at = code, time.time_ns()
        self.reason = "Completed" if code == 0 else "Error"
        self.ended.set()

    def stop(self, grace: float) -> None:
        """Ask, wait, kill; returns when it has ended."""
        if self.process is None:
            self.ended.set()
            return
        with contextlib.suppress(OSError):
            self.process.stop(grace)
        self.ended.wait(10)

    def _container(self, layout: HasImages, injected: Injection) -> Container:
        config, security = self.config, self.config.linux.security_context
        command = tuple(config.command) or self.image.entrypoint
        default = () if config.command else self.image.command
        own = {pair.key: pair.value.decode() for pair in config.envs}
        mounts = [
            Mount(
                # The kubelet knows its folder by a short name, which means nothing in a container.
                source=Path(mount.host_path).resolve(),
                target=mount.container_path,
                read_only=mount.readonly,
            )
            for mount in config.mounts
        ]
        return Container(
            layout=layout,
            image=self.image.reference,
            argv=(*command, *(tuple(config.args) or default)),
            # What the pod's author wrote wins over what the platform adds.
            env={**injected.env, **own},
            mounts=[*mounts, *injected.mounts],
            user=user_of(security, self.image),
            groups=tuple(security.supplemental_groups),
            read_only_root=security.readonly_rootfs,
            workdir=config.working_dir or None,
        )


def user_of(security: cri.LinuxContainerSecurityContext, image: UnpackedImage) -> int:
    """The pod's choice, else the image's."""
    if security.HasField("run_as_user"):
        return security.run_as_user.value
    return image_user(image)


def image_user(image: UnpackedImage) -> int:
    """The number of the image's user; names would need the image's own passwd file."""
    name = image.user.partition(":")[0]
    return int(name) if name.isdigit() else 0
