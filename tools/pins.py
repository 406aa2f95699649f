"""Which programs the platform needs, at which versions, and how each is compiled."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError

MODULES = Path(__file__).parent / "go"
GO_MINIMUM = (1, 26)
"""Oldest Go that the pinned modules accept."""
PULUMI = "3.259.0"
KUBERNETES = "1.37.2"

_STRIP = "-s -w"
_PULUMI_FLAGS = f"{_STRIP} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PULUMI}"
_KUBERNETES_FLAGS = " ".join(
    [
        _STRIP,
        f"-X k8s.io/component-base/version.gitVersion=v{KUBERNETES}",
        "-X k8s.io/component-base/version.gitMajor=1",
        "-X k8s.io/component-base/version.gitMinor=37",
        f"-X k8s.io/client-go/pkg/version.gitVersion=v{KUBERNETES}",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One program, compiled from the pinned module in `tools/go/<module>`."""

    name: str
    module: str
    package: str
    """Import path, or a folder of the module beginning with `./`."""
    purpose: str
    link_flags: str = _STRIP
    tags: str = ""
    cold_minutes: float
    """First build on two cores; said aloud, so that nobody thinks it hangs."""

    @property
    def folder(self) -> Path:
        """Where go.mod lies."""
        return MODULES / self.module

    @property
    def sources(self) -> list[Path]:
        """Every file of ours that decides what is built."""
        own = sorted((self.folder / self.package).glob("*.go")) if self.package[0] == "." else []
        return [self.folder / "go.mod", self.folder / "go.sum", *own]

    @property
    def flags(self) -> list[str]:
        """Flags of `go build`; without debug data the build is a third quicker and smaller."""
        tags = ["-tags", self.tags] if self.tags else []
        return ["-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", self.link_flags, *tags]


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            name="pulumi",
            module="pulumi",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            purpose="the engine that plans and applies infrastructure",
            link_flags=_PULUMI_FLAGS,
            tags="osusergo,grpcnotrace",
            cold_minutes=4,
        ),
        Tool(
            name="crane",
            module="crane",
            package="github.com/google/go-containerregistry/cmd/crane",
            purpose="the image registry, and images without Docker",
            cold_minutes=0.5,
        ),
        Tool(
            name="controlplane",
            module="kubernetes",
            package="./controlplane",
            purpose="Kubernetes: etcd, API server, controllers, scheduler",
            link_flags=_KUBERNETES_FLAGS,
            cold_minutes=4,
        ),
        Tool(
            name="node",
            module="kubernetes",
            package="./node",
            purpose="Kubernetes' own kubelet over our container runtime",
            link_flags=_KUBERNETES_FLAGS,
            cold_minutes=1,
        ),
        Tool(
            name="kubectl",
            module="kubernetes",
            package="./kubectl",
            purpose="the client of the same Kubernetes version",
            link_flags=_KUBERNETES_FLAGS,
            cold_minutes=0.5,
        ),
    )
}


def named(names: Iterable[str]) -> list[Tool]:
    """The tools of these names; all of them if none is given."""
    wanted = list(names) or list(TOOLS)
    unknown = [name for name in wanted if name not in TOOLS]
    if unknown:
        raise ToolError(f"No tool called {', '.join(unknown)}. There are: {', '.join(TOOLS)}.")
    return [TOOLS[name] for name in wanted]


def require_platform() -> None:
    """Refuse at once where nothing of this could run."""
    system, machine = platform.system(), platform.machine()
    if system != "Linux" or machine not in {"x86_64", "aarch64", "arm64"}:
        raise ToolError(
            f"The sandbox runs on Linux (or WSL2) on x86-64 or arm64; "
            f"this is {system} {machine}.\n"
            "On Windows use WSL2; on a Mac use a Linux virtual machine. "
            "`--target aws` works anywhere with a stock Pulumi installation."
        )
