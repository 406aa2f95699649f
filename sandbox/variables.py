"""The environment variables that make a process live in the sandbox instead of in AWS."""

import os
from collections.abc import Mapping
from pathlib import Path

from sandbox.layout import Layout
from sandbox.plan import Plan

CODE = Path(__file__).resolve().parents[1]
"""Where this package is imported from."""
ROOT = "MODELYARD_SANDBOX_ROOT"
FOREIGN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Keys of a real account: set, they would win over every profile of the sandbox."""


def variables(
    layout: Layout, plan: Plan, around: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """All of them, with PATH extended from the surrounding one."""
    first = [str(layout.bin), *plan.programs]
    rest = [each for each in around.get("PATH", "").split(os.pathsep) if each not in first]
    region = layout.environments[0].region if layout.environments else "us-east-1"
    return {
        ROOT: str(layout.root),
        "PATH": os.pathsep.join([*first, *rest]),
        "KUBECONFIG": str(layout.kubeconfig),
        "AWS_ENDPOINT_URL": layout.aws_endpoint,
        "AWS_CONFIG_FILE": str(layout.aws_config),
        "AWS_SHARED_CREDENTIALS_FILE": str(layout.aws_credentials),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # No process may ask a real cloud who it is.
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_HOME": str(layout.pulumi_home),
        # Without a second file of attributes beside each state: it is written at every step.
        "PULUMI_BACKEND_URL": f"file://{layout.pulumi_state}?metadata=skip",
        # Secrets of the sandbox protect nothing: they are its own, and end with it.
        "PULUMI_CONFIG_PASSPHRASE": "sandbox",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_DEBUG_PROVIDERS": (
            f"aws:{layout.aws_provider_port},kubernetes:{layout.kubernetes_provider_port}"
        ),
    }


def entered(around: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """A surrounding environment with the sandbox's variables, without keys of a real account."""
    return {**{name: around[name] for name in around if name not in FOREIGN}, **added}


def inner(layout: Layout, plan: Plan) -> dict[str, str]:
    """The complete environment of the sandbox's own processes."""
    paths = [str(CODE), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    own = {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONUNBUFFERED": "1"}
    return entered(os.environ, {**variables(layout, plan), **own})
