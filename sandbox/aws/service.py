"""Joins the emulator, the resource provider and the pages that tell what they hold."""

import importlib.metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import grpc

from sandbox.aws.clients import Clients
from sandbox.aws.clusters import Clusters
from sandbox.aws.emulator import Emulator
from sandbox.aws.provider.faults import Faults
from sandbox.aws.provider.operations import Operations
from sandbox.aws.provider.records import Records
from sandbox.aws.provider.servicer import Provider, serve
from sandbox.layout import Layout


class ProviderService:
    """The provider over one emulator."""

    def __init__(
        self,
        emulator: Emulator,
        *,
        port: int = 0,
        layout: Layout | None = None,
        fail_at: Path | None = None,
    ) -> None:
        self.records = Records()
        self.clusters = Clusters(layout)
        self.clusters.clear()
        operations = Operations(
            Clients(emulator.endpoint), self.clusters, self.records, Faults(fail_at)
        )
        version = importlib.metadata.version("pulumi-aws")
        provider = Provider(operations, emulator.environments, version)
        self._server: grpc.Server
        self._server, self.port = serve(provider, port)
        emulator.pages["counts"] = self._counts

    def _counts(self, environ: dict[str, Any]) -> tuple[int, object]:
        asked = parse_qs(str(environ.get("QUERY_STRING", "")))
        return 200, self.records.counts(*asked.get("account", ())[:1])

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop(0).wait()
