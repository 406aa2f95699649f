"""The container runtime that the kubelet talks to: pods are addresses, containers processes."""

import contextlib
import subprocess
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.containers import ImageError, Images
from sandbox.containers.images import HasImages
from sandbox.kubernetes.runtime import answers
from sandbox.kubernetes.runtime.addresses import Addresses
from sandbox.kubernetes.runtime.cri import api_pb2 as cri
from sandbox.kubernetes.runtime.server import Refusal
from sandbox.kubernetes.runtime.state import Injection, Pod, Workload


class RuntimeService:
    """Pods and containers; all of it ends with this process, and the kubelet starts it anew."""

    def __init__(
        self, layout: HasImages, pod_range: str, inject: Callable[[Pod], Injection]
    ) -> None:
        self._layout = layout
        self._images = Images.of(layout)
        self._addresses = Addresses(pod_range)
        self._inject = inject
        self.pods: dict[str, Pod] = {}
        self.workloads: dict[str, Workload] = {}
        self._lock = threading.Lock()

    def version(self, request: cri.VersionRequest) -> cri.VersionResponse:
        """Who we are."""
        return cri.VersionResponse(
            version="0.1.0",
            runtime_name="modelyard",
            runtime_version="1.0.0",
            runtime_api_version="v1",
        )

    def status(self, request: cri.StatusRequest) -> cri.StatusResponse:
        """Always ready: there is nothing to wait for."""
        conditions = [
            cri.RuntimeCondition(type=name, status=True)
            for name in ("RuntimeReady", "NetworkReady")
        ]
        return cri.StatusResponse(status=cri.RuntimeStatus(conditions=conditions))

    def runtime_config(self, request: cri.RuntimeConfigRequest) -> cri.RuntimeConfigResponse:
        """Control groups are not used; the kubelet insists on an answer."""
        linux = cri.LinuxRuntimeConfiguration(cgroup_driver=cri.CGROUPFS)
        return cri.RuntimeConfigResponse(linux=linux)

    def update_runtime_config(
        self, request: cri.UpdateRuntimeConfigRequest
    ) -> cri.UpdateRuntimeConfigResponse:
        """Pod addresses are ours to give."""
        return cri.UpdateRuntimeConfigResponse()

    def run_pod_sandbox(self, request: cri.RunPodSandboxRequest) -> cri.RunPodSandboxResponse:
        """Give the pod its address."""
        pod = Pod(id=uuid.uuid4().hex, config=request.config, address=self._addresses.take())
        self.pods[pod.id] = pod
        return cri.RunPodSandboxResponse(pod_sandbox_id=pod.id)

    def stop_pod_sandbox(self, request: cri.StopPodSandboxRequest) -> cri.StopPodSandboxResponse:
        """End what still runs in it."""
        for each in self._of(request.pod_sandbox_id):
            each.stop(0)
        if pod := self.pods.get(request.pod_sandbox_id):
            pod.ready = False
        return cri.StopPodSandboxResponse()

    def remove_pod_sandbox(
        self, request: cri.RemovePodSandboxRequest
    ) -> cri.RemovePodSandboxResponse:
        """Forget it; its address is free again."""
        for each in self._of(request.pod_sandbox_id):
            each.stop(0)
            self.workloads.pop(each.id, None)
        if pod := self.pods.pop(request.pod_sandbox_id, None):
            self._addresses.give_back(pod.address)
        return cri.RemovePodSandboxResponse()

    def pod_sandbox_status(
        self, request: cri.PodSandboxStatusRequest
    ) -> cri.PodSandboxStatusResponse:
        """State and address."""
        pod = self.pods.get(request.pod_sandbox_id)
        if pod is None:
            raise Refusal("NOT_FOUND", f"no pod {request.pod_sandbox_id}")
        return cri.PodSandboxStatusResponse(status=answers.pod_status(pod))

    def list_pod_sandbox(self, request: cri.ListPodSandboxRequest) -> cri.ListPodSandboxResponse:
        """Those that match the filter."""
        every = [answers.pod(each) for each in list(self.pods.values())]
        items = [each for each in every if answers.pod_matches(request.filter, each)]
        return cri.ListPodSandboxResponse(items=items)

    def create_container(self, request: cri.CreateContainerRequest) -> cri.CreateContainerResponse:
        """Note what to run; the image was pulled before."""
        pod = self.pods.get(request.pod_sandbox_id)
        if pod is None:
            raise Refusal("NOT_FOUND", f"no pod {request.pod_sandbox_id}")
        asked = request.config.image.user_specified_image or request.config.image.image
        image = self._images.unpacked(asked) or self._images.unpacked(request.config.image.image)
        if image is None:
            raise Refusal("NOT_FOUND", f"image {asked} was not pulled")
        log = Path(request.sandbox_config.log_directory, request.config.log_path)
        made = Workload(
            id=uuid.uuid4().hex, pod=pod, config=request.config, image=image, log_path=log
        )
        self.workloads[made.id] = made
        return cri.CreateContainerResponse(container_id=made.id)

    def start_container(self, request: cri.StartContainerRequest) -> cri.StartContainerResponse:
        """Start the process."""
        found = self._find(request.container_id)
        try:
            found.start(self._layout, self._inject(found.pod))
        except (OSError, ImageError, ValueError) as error:
            raise Refusal("UNKNOWN", f"container cannot start: {error}") from error
        return cri.StartContainerResponse()

    def stop_container(self, request: cri.StopContainerRequest) -> cri.StopContainerResponse:
        """SIGTERM, then SIGKILL after the grace period."""
        if found := self.workloads.get(request.container_id):
            found.stop(request.timeout)
        return cri.StopContainerResponse()

    def remove_container(self, request: cri.RemoveContainerRequest) -> cri.RemoveContainerResponse:
        """Forget it and its log."""
        if found := self.workloads.pop(request.container_id, None):
            found.stop(0)
            found.log_path.unlink(missing_ok=True)
        return cri.RemoveContainerResponse()

    def list_containers(self, request: cri.ListContainersRequest) -> cri.ListContainersResponse:
        """Those that match the filter."""
        every = [answers.container(each) for each in list(self.workloads.values())]
        found = [each for each in every if answers.container_matches(request.filter, each)]
        return cri.ListContainersResponse(containers=found)

    def container_status(self, request: cri.ContainerStatusRequest) -> cri.ContainerStatusResponse:
        """State, exit code and where the log lies."""
        found = self._find(request.container_id)
        return cri.ContainerStatusResponse(status=answers.container_status(found))

    def exec_sync(self, request: cri.ExecSyncRequest) -> cri.ExecSyncResponse:
        """Run a probe's command inside the container."""
        found = self._find(request.container_id)
        if found.process is None or found.ended.is_set():
            raise Refusal("FAILED_PRECONDITION", "the container does not run")
        try:
            done = found.process.run(list(request.cmd), timeout=request.timeout or 60)
        except subprocess.TimeoutExpired:
            raise Refusal("DEADLINE_EXCEEDED", f"no end in {request.timeout} s") from None
        return cri.ExecSyncResponse(
            stdout=done.stdout, stderr=done.stderr, exit_code=done.returncode
        )

    def reopen_container_log(
        self, request: cri.ReopenContainerLogRequest
    ) -> cri.ReopenContainerLogResponse:
        """Logs are not rotated: a sandbox does not live that long."""
        return cri.ReopenContainerLogResponse()

    def list_container_stats(
        self, request: cri.ListContainerStatsRequest
    ) -> cri.ListContainerStatsResponse:
        """Processor time and memory of what runs."""
        running = [
            each
            for each in list(self.workloads.values())
            if each.process is not None and not each.ended.is_set()
        ]
        return cri.ListContainerStatsResponse(stats=[answers.stats(each) for each in running])

    def list_pod_sandbox_stats(
        self, request: cri.ListPodSandboxStatsRequest
    ) -> cri.ListPodSandboxStatsResponse:
        """The kubelet adds up containers itself."""
        return cri.ListPodSandboxStatsResponse()

    def stop_all(self, grace: float) -> None:
        """End every container, all at once."""
        found = list(self.workloads.values())
        with contextlib.suppress(RuntimeError), ThreadPoolExecutor(len(found) or 1) as pool:
            list(pool.map(lambda each: each.stop(grace), found))

    def _of(self, pod_id: str) -> list[Workload]:
        return [each for each in list(self.workloads.values()) if each.pod.id == pod_id]

    def _find(self, container_id: str) -> Workload:
        found = self.workloads.get(container_id)
        if found is None:
            raise Refusal("NOT_FOUND", f"no container {container_id}")
        return found
