"""The node itself: kubelet, container runtime, service proxy and credentials in one namespace."""

import contextlib
import functools
import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from sandbox.kubernetes.access import NODE, access_of
from sandbox.kubernetes.api import Api, ApiError
from sandbox.kubernetes.authority import Authority
from sandbox.kubernetes.node import agent
from sandbox.kubernetes.node.associations import Associations
from sandbox.kubernetes.node.identity import Identity, Surroundings
from sandbox.kubernetes.node.proxy import ServiceProxy
from sandbox.kubernetes.node.routes import routes
from sandbox.kubernetes.node.watched import Watched
from sandbox.kubernetes.runtime.image_service import ImageService
from sandbox.kubernetes.runtime.runtime_service import RuntimeService
from sandbox.kubernetes.runtime.server import serve
from sandbox.layout import EnvironmentLayout, Layout

GRACE_SECONDS = 6.0
"""What containers get when the whole sandbox goes down."""


def run(layout: Layout, environment: EnvironmentLayout) -> int:
    """Serve until told to stop; returns an exit code."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    api = Api.of(access_of(environment).kubeconfig("admin"))
    identity, credentials_server = _identity(layout, environment, api)
    runtime = RuntimeService(layout, environment.pod_range, identity.inject)
    # Not in the sandbox's folder: a socket's path may have 107 characters.
    short = Path(
        tempfile.gettempdir(), f"modelyard-{os.getuid()}-{layout.slot}-{environment.name}"
    )
    socket = short.with_name(f"{short.name}.sock")
    server = serve(socket, {"RuntimeService": runtime, "ImageService": ImageService(layout)})
    _proxy(api)
    for work in (credentials_server.serve_forever, lambda: identity.keep_fresh(stopped)):
        threading.Thread(target=work, daemon=True).start()
    _lead(short, environment.directory / "kubelet")
    kubelet = subprocess.Popen(_kubelet(environment, socket, short), stdin=subprocess.DEVNULL)
    try:
        while not stopped.wait(0.2):
            if kubelet.poll() is not None:
                return 1
        return 0
    finally:
        kubelet.kill()
        runtime.stop_all(GRACE_SECONDS)
        server.stop(0)
        socket.unlink(missing_ok=True)
        short.unlink(missing_ok=True)


def _lead(short: Path, folder: Path) -> None:
    """Give a folder a short name: the kubelet puts a socket of its own deep inside."""
    folder.mkdir(parents=True, exist_ok=True)
    short.unlink(missing_ok=True)
    short.symlink_to(folder)


def _identity(layout: Layout, environment: EnvironmentLayout, api: Api) -> tuple[Identity, Any]:
    associations = Associations(environment.directory / "pod-identity.json")
    agent_url = f"http://127.0.0.1:{environment.identity_port}{agent.PATH}"
    around = Surroundings(
        aws_endpoint=layout.aws_endpoint, region=environment.region, agent=agent_url
    )
    identity = Identity(api, associations, environment.directory / "identity", around)

    @functools.cache
    def sts() -> Any:
        # Imported at the first use: it takes longer than the rest of the node's start.
        import boto3

        caller = boto3.session.Session(profile_name=environment.name)
        return caller.client(
            "sts", endpoint_url=layout.aws_endpoint, region_name=environment.region
        )

    def assume_role(role: str, session: str) -> dict[str, Any]:
        answer = sts().assume_role(RoleArn=role, RoleSessionName=session, DurationSeconds=3600)
        return dict(answer["Credentials"])

    def trade(token: str) -> dict[str, Any]:
        return agent.credentials(token, api, associations, assume_role)

    def is_well() -> bool:
        with contextlib.suppress(ApiError):
            node = api.get(f"/api/v1/nodes/{NODE}")
            conditions = (node or {}).get("status", {}).get("conditions", ())
            return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
        return False

    return identity, agent.serve(environment.identity_port, trade, is_well)


def _proxy(api: Api) -> None:
    proxy = ServiceProxy(lambda: routes(services.all(), pods.all()))
    services = Watched(api, "/api/v1/services", proxy.changed)
    pods = Watched(api, "/api/v1/pods", proxy.changed)
    proxy.start()
    services.start()
    pods.start()


def _kubelet(environment: EnvironmentLayout, socket: Path, root: Path) -> list[str]:
    authority = Authority(environment.directory / "pki")
    serving = authority.pair("kubelet")
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return [
        "node",
        "--name", NODE,
        "--kubeconfig", str(access_of(environment).kubeconfig("node")),
        "--cri", f"unix://{socket}",
        "--root", str(root),
        "--port", str(environment.kubelet_port),
        "--tls-cert-file", str(serving.certificate),
        "--tls-private-key-file", str(serving.key),
        "--client-ca-file", str(authority.root),
        # Requests are made for machines in a cloud: a laptop must not leave pods unscheduled.
        "--cores", str(max(16, os.cpu_count() or 1)),
        "--memory-gib", str(max(64, memory_gib)),
    ]  # fmt: skip
