"""Where everything of one sandbox lies: folders, ports, loopback ranges, fixed at first start."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.allotment import ENVIRONMENT_PORTS, Allotment, allot, keeps
from sandbox.errors import SandboxError
from sandbox.record import is_supervised
from sandbox.stopping import remove


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One account with one cluster."""

    name: str
    account: str
    """Twelve digits."""
    region: str


@dataclass(frozen=True, kw_only=True)
class EnvironmentLayout:
    """The share of one environment."""

    name: str
    account: str
    region: str
    directory: Path
    """Everything its control plane and node write."""
    etcd_port: int
    etcd_peer_port: int
    apiserver_port: int
    controllers_port: int
    scheduler_port: int
    kubelet_port: int
    identity_port: int
    """Where its pods fetch AWS credentials."""
    pod_range: str
    """CIDR; each pod gets an address of its own."""
    service_range: str
    """CIDR; the node's proxy binds these."""


class Layout:
    """Paths and addresses of the sandbox in `root`, fixed at the first start."""

    def __init__(
        self, root: Path, environments: Sequence[Environment], allotment: Allotment
    ) -> None:
        self.root = root
        self.environments = tuple(environments)
        self.slot = allotment.slot
        self._allotment = allotment
        self.logs = root / "logs"
        self.bin = root / "bin"
        """First on the PATH of a sandbox shell; holds the `pulumi` shim."""
        self.clusters = root / "clusters"
        self.images = root / "images"
        self.kubeconfig = root / "kubeconfig"
        self.aws = root / "aws"
        self.aws_config = root / "aws" / "config"
        self.aws_credentials = root / "aws" / "credentials"
        self.projects = root / "projects"
        self.pulumi = root / "pulumi"
        self.pulumi_home = root / "pulumi" / "home"
        self.pulumi_state = root / "pulumi" / "state"
        ports = allotment.ports
        self.aws_port = ports["aws"]
        self.aws_provider_port = ports["aws_provider"]
        self.kubernetes_provider_port = ports["kubernetes_provider"]
        self.registry_port = ports["registry"]
        self.identity_port = ports["identity"]

    @property
    def aws_endpoint(self) -> str:
        """The address in AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.aws_port}"

    def environment(self, name: str) -> EnvironmentLayout:
        """The share of the environment called `name`."""
        found = next((each for each in self.environments if each.name == name), None)
        if found is None:
            known = ", ".join(each.name for each in self.environments)
            raise SandboxError(f"No environment {name!r} in this sandbox.", f"It has: {known}.")
        # Only these: a sandbox of an earlier release may have been allotted more.
        ports = {
            f"{role}_port": self._allotment.ports[f"{name}.{role}"] for role in ENVIRONMENT_PORTS
        }
        octets = self._allotment.octets
        return EnvironmentLayout(
            name=found.name,
            account=found.account,
            region=found.region,
            **ports,
            directory=self.clusters / name,
            pod_range=f"127.{octets[f'{name}.pods']}.0.0/16",
            service_range=f"127.{octets[f'{name}.services']}.0.0/16",
        )

    def log(self, part: str) -> Path:
        """Where the part's output goes."""
        return self.logs / f"{part}.log"

    @classmethod
    def load(cls, root: Path) -> "Layout":
        """Read the layout that an earlier `up` fixed."""
        file = root / "sandbox.json"
        if not file.exists():
            raise SandboxError(f"There is no sandbox in {root}.", "Run `modelyard sandbox up`.")
        try:
            saved = json.loads(file.read_text())
            return cls(
                root,
                [Environment(**each) for each in saved["environments"]],
                Allotment(**saved["allotment"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"{file} cannot be read: {error}.", "Run `modelyard sandbox reset`."
            ) from error

    @classmethod
    def create(cls, root: Path, environments: Sequence[Environment]) -> "Layout":
        """Fix the layout at the first start; later starts get the same one.

        Unless another sandbox took the ports over while nothing ran in this one.
        """
        root = root.resolve()
        if (root / "sandbox.json").exists():
            layout = cls.load(root)
            if layout.environments != tuple(environments):
                raise SandboxError(
                    f"The sandbox in {root} was made for other environments or accounts.",
                    "Run `modelyard sandbox reset`, then `modelyard sandbox up`.",
                )
            if keeps(root, layout.slot) or is_supervised(root):
                return layout
            # What a killed sandbox left of its clusters names the ports it had.
            remove(root / "clusters")
        root.mkdir(parents=True, exist_ok=True)
        layout = cls(root, environments, allot(root, [each.name for each in environments]))
        layout.save()
        return layout

    def save(self) -> None:
        """Write the layout down for the other processes of the sandbox."""
        file = self.root / "sandbox.json"
        content = {
            "environments": [dataclasses.asdict(each) for each in self.environments],
            "allotment": dataclasses.asdict(self._allotment),
        }
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(content, indent=2))
        draft.replace(file)
