"""The real control plane of one environment, as supervised processes on loopback."""

import ipaddress

from sandbox.kubernetes.access import Access, make_access, server_url
from sandbox.kubernetes.authority import Authority, make_authority
from sandbox.layout import EnvironmentLayout
from sandbox.parts import Part, answers

ISSUER = "https://kubernetes.default.svc"
SPARE_COLLECTION = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Collecting garbage is a quarter of a start otherwise; costs 0.1 GB for each API server."""


def first_address(service_range: str) -> str:
    """The address that the API server gives itself as a service."""
    return str(ipaddress.ip_network(service_range)[1])


def control_plane(environment: EnvironmentLayout) -> list[Part]:
    """The four parts, in order of start."""
    authority = make_authority(
        environment.directory / "pki", first_address(environment.service_range)
    )
    access = make_access(environment, authority)
    return [
        _etcd(environment),
        _apiserver(environment, authority, access),
        _controllers(environment, authority, access),
        _scheduler(environment, access),
    ]


def _etcd(environment: EnvironmentLayout) -> Part:
    client = f"http://127.0.0.1:{environment.etcd_port}"
    peer = f"http://127.0.0.1:{environment.etcd_peer_port}"
    return Part(
        name=f"etcd-{environment.name}",
        env=SPARE_COLLECTION,
        argv=(
            "controlplane", "etcd",
            f"--data-dir={environment.directory / 'etcd'}",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # Its JSON door lets any page in the browser read and write all that a cluster holds;
            # gRPC, which the API server speaks, no browser can.
            "--enable-grpc-gateway=false", "--host-whitelist=127.0.0.1", f"--cors={client}",
            # A laptop that loses power starts its sandbox again; fsync costs seconds per start.
            "--unsafe-no-fsync",
            "--log-level=warn",
        ),
        ready=answers(f"{client}/health"),
        ports=(environment.etcd_port, environment.etcd_peer_port),
    )  # fmt: skip


def _apiserver(environment: EnvironmentLayout, authority: Authority, access: Access) -> Part:
    serving, client = authority.pair("apiserver"), authority.pair("apiserver-client")
    key = authority.service_account_key
    return Part(
        name=f"apiserver-{environment.name}",
        env=SPARE_COLLECTION,
        argv=(
            "controlplane", "apiserver",
            f"--etcd-servers=http://127.0.0.1:{environment.etcd_port}",
            "--bind-address=127.0.0.1", f"--secure-port={environment.apiserver_port}",
            "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none",
            f"--cert-dir={environment.directory / 'pki'}",
            f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
            f"--client-ca-file={authority.root}",
            f"--service-account-issuer={ISSUER}",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            f"--token-auth-file={access.tokens}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            # As on EKS: what a pod may do is the business of its namespace.
            "--allow-privileged=true",
            f"--service-cluster-ip-range={environment.service_range}",
            f"--kubelet-certificate-authority={authority.root}",
            f"--kubelet-client-certificate={client.certificate}",
            f"--kubelet-client-key={client.key}",
            "--kubelet-preferred-address-types=Hostname",
            "--profiling=false",
        ),
        ready=answers(f"{server_url(environment)}/readyz"),
        depends_on=(f"etcd-{environment.name}",),
        ports=(environment.apiserver_port,),
        # It drains for a minute if left to; nobody waits for its watchers here.
        stop_seconds=3.0,
    )  # fmt: skip


def _controllers(environment: EnvironmentLayout, authority: Authority, access: Access) -> Part:
    config = access.kubeconfig("controllers")
    return Part(
        name=f"controllers-{environment.name}",
        env=SPARE_COLLECTION,
        argv=(
            "controlplane", "controllers",
            f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}",
            "--bind-address=127.0.0.1", f"--secure-port={environment.controllers_port}",
            f"--cert-dir={environment.directory / 'pki' / 'controllers'}",
            f"--root-ca-file={authority.root}",
            f"--service-account-private-key-file={authority.service_account_key}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            # Loopback addresses are refused as endpoints: the node's proxy asks for pods itself.
            "--controllers=*,-endpoints-controller,-endpointslice-controller,"
            "-endpointslice-mirroring-controller",
            # A restarted node comes back within seconds; its pods should not be moved meanwhile.
            "--node-monitor-grace-period=60s",
            "--profiling=false",
        ),
        ready=answers(f"https://127.0.0.1:{environment.controllers_port}/healthz"),
        depends_on=(f"apiserver-{environment.name}",),
        ports=(environment.controllers_port,),
    )  # fmt: skip


def _scheduler(environment: EnvironmentLayout, access: Access) -> Part:
    config = access.kubeconfig("scheduler")
    return Part(
        name=f"scheduler-{environment.name}",
        argv=(
            "controlplane", "scheduler",
            f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}",
            "--bind-address=127.0.0.1", f"--secure-port={environment.scheduler_port}",
            f"--cert-dir={environment.directory / 'pki' / 'scheduler'}",
            "--leader-elect=false",
            "--profiling=false",
        ),
        ready=answers(f"https://127.0.0.1:{environment.scheduler_port}/healthz"),
        depends_on=(f"apiserver-{environment.name}",),
        ports=(environment.scheduler_port,),
    )  # fmt: skip
