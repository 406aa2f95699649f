"""A real Kubernetes cluster per environment, and the provider that Pulumi programs speak to."""

import sys

from sandbox.kubernetes.access import merge_kubeconfig
from sandbox.kubernetes.controlplane import control_plane
from sandbox.layout import EnvironmentLayout, Layout
from sandbox.parts import Part, answers, listens

__all__ = ["parts", "provider_part"]


def parts(layout: Layout, environment: EnvironmentLayout) -> list[Part]:
    """Control plane and node of one environment."""
    made = control_plane(environment)
    merge_kubeconfig(layout, [layout.environment(each.name) for each in layout.environments])
    module = ("-m", "sandbox.kubernetes.node")
    node = Part(
        name=f"node-{environment.name}",
        argv=(sys.executable, *module, str(layout.root), environment.name),
        ready=answers(f"http://127.0.0.1:{environment.identity_port}/healthz"),
        depends_on=(*(part.name for part in made), "registry"),
        ports=(environment.kubelet_port, environment.identity_port),
        # Containers get six seconds of grace.
        stop_seconds=12.0,
    )
    return [*made, node]


def provider_part(layout: Layout) -> Part:
    """The Kubernetes resource provider of all environments."""
    module = ("-m", "sandbox.kubernetes.provider")
    return Part(
        name="kubernetes-provider",
        argv=(sys.executable, *module, str(layout.root)),
        ready=listens(layout.kubernetes_provider_port),
        ports=(layout.kubernetes_provider_port,),
    )
