"""A Pulumi program whose resources are made by a provider of its own, in the tests' cluster."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi import automation as auto

from sandbox.kubernetes.provider.__main__ import serve
from tests.sandbox.kubernetes.cluster import Cluster

Program = Callable[[], None]
Stack = Callable[[Program], auto.Stack]


@contextmanager
def attached(cluster: Cluster, folder: Path) -> Iterator[Stack]:
    """Make the stack `dev` of a program; in the end it is destroyed."""
    server, port = serve(cluster.layout, 0)
    (folder / "state").mkdir()
    environment = {
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_PROVIDERS": f"kubernetes:{port}",
    }
    made: list[auto.Stack] = []

    def make(program: Program) -> auto.Stack:
        options = auto.LocalWorkspaceOptions(
            work_dir=str(folder),
            env_vars=environment,
            project_settings=auto.ProjectSettings(name="probe", runtime="python"),
        )
        made[:] = [auto.create_or_select_stack("dev", "probe", program, opts=options)]
        return made[0]

    try:
        yield make
    finally:
        for each in made:
            each.destroy()
        server.stop(0)
        for _ in range(3):
            gc.collect()


def provider(cluster: Cluster) -> pulumi.ResourceOptions:
    """What leads a resource to the cluster."""
    kubeconfig = cluster.layout.kubeconfig.read_text()
    made = k8s.Provider("cluster", kubeconfig=pulumi.Output.secret(kubeconfig))
    return pulumi.ResourceOptions(provider=made)


def changes(result: Any) -> dict[str, int]:
    """How many resources an update made, changed and left."""
    return {str(key): value for key, value in result.summary.resource_changes.items()}
