"""An AWS organisation on loopback: the APIs that workloads call, the provider that fills them."""

import sys

from sandbox.aws.config_file import write_config
from sandbox.aws.identities import Identity, identities
from sandbox.layout import Layout
from sandbox.parts import Part, answers

__all__ = ["Identity", "identities", "parts"]


def parts(layout: Layout) -> list[Part]:
    """Return the one process that is AWS: emulator, resource provider and pipeline runner."""
    write_config(layout.aws_config, layout.aws_credentials, identities(layout.environments))
    return [
        Part(
            name="aws",
            argv=(sys.executable, "-m", "sandbox.aws", str(layout.root)),
            ready=answers(f"{layout.aws_endpoint}/_sandbox/health"),
            ports=(layout.aws_port, layout.aws_provider_port),
            forgets=True,
        )
    ]
