"""The provider as the engine calls it, over gRPC."""

from collections.abc import Sequence
from concurrent import futures
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.aws.provider.configuration import (
    Configuration,
    configure,
    stack_of,
)
from sandbox.aws.provider.lookups import answer
from sandbox.aws.provider.naming import Proposal
from sandbox.aws.provider.operations import Operations, State
from sandbox.aws.provider.plumbing import Plumbing, explained, failures
from sandbox.aws.provider.wire import read, write
from sandbox.layout import Environment

_KINDS = messages.PropertyDiff.Kind


class Provider(Plumbing):
    """One server for all environments; each connection of the engine is one configuration."""

    def __init__(
        self, operations: Operations, environments: Sequence[Environment], version: str
    ) -> None:
        self._operations = operations
        self._environments = tuple(environments)
        super().__init__(version)
        self._by_peer: dict[str, Configuration] = {}
        self._by_stack: dict[str, Configuration] = {}

    def _where(self, request: Any, context: Any) -> Configuration:
        stack = stack_of(request.urn)
        found = self._by_peer.get(context.peer()) or self._by_stack.get(stack)
        return found or configure({}, stack, self._environments)

    @explained
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Fix the account, region and default tags of this connection."""
        stack = stack_of(request.urn)
        found = configure(read(request.args), stack, self._environments)
        self._by_peer[context.peer()] = found
        if stack:
            self._by_stack[stack] = found
        return messages.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    @explained
    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Complete and check the inputs of a resource."""
        modes = messages.CheckRequest.AutonamingOptions.Mode
        proposal = Proposal()
        if request.HasField("autonaming"):
            proposal = Proposal(
                name=request.autonaming.proposed_name,
                mode=modes.Name(request.autonaming.mode).lower(),
            )
        inputs, found = self._operations.check(
            _token(request),
            read(request.news),
            read(request.olds),
            logical=request.urn.rpartition("::")[2],
            seed=request.randomSeed,
            proposal=proposal,
        )
        return messages.CheckResponse(inputs=write(inputs), failures=failures(found))

    @explained
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Say what an update would change."""
        found, first_delete = self._operations.diff(
            self._where(request, context),
            _token(request),
            read(request.old_inputs),
            read(request.olds),
            read(request.news),
            frozenset(request.ignoreChanges),
        )
        detailed = {
            path: messages.PropertyDiff(
                kind=_KINDS.Value(f"{kind.upper()}{'_REPLACE' if path in found.replaces else ''}"),
                inputDiff=path != "tagsAll",
            )
            for path, kind in found.paths.items()
        }
        top = {path.partition(".")[0].partition("[")[0] for path in found.paths}
        fixed = {path.partition(".")[0].partition("[")[0] for path in found.replaces}
        return messages.DiffResponse(
            changes=messages.DiffResponse.DIFF_SOME if top else messages.DiffResponse.DIFF_NONE,
            diffs=sorted(top),
            replaces=sorted(fixed),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace=first_delete,
        )

    @explained
    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Make a resource."""
        state = self._operations.create(
            self._where(request, context),
            _token(request),
            request.urn,
            read(request.properties),
            preview=request.preview,
        )
        return messages.CreateResponse(id=state.id, properties=write(state.outputs))

    @explained
    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Look at a resource as it is."""
        state = self._operations.read(
            self._where(request, context),
            _token(request),
            request.id,
            read(request.properties),
            read(request.inputs),
        )
        if state is None:
            return messages.ReadResponse()
        return messages.ReadResponse(
            id=state.id, properties=write(state.outputs), inputs=write(state.inputs)
        )

    @explained
    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Change a resource in place."""
        state = State(request.id, read(request.olds), read(request.old_inputs))
        outputs = self._operations.update(
            self._where(request, context),
            _token(request),
            state,
            read(request.news),
            preview=request.preview,
        )
        return messages.UpdateResponse(properties=write(outputs))

    @explained
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Remove a resource."""
        state = State(request.id, read(request.properties), read(request.old_inputs))
        self._operations.delete(self._where(request, context), _token(request), state)
        return empty_pb2.Empty()

    @explained
    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer a look-up."""
        where = self._by_peer.get(context.peer())
        found = answer(request.tok, where, read(request.args))
        return messages.InvokeResponse(**cast(Any, {"return": write(found)}))


def _token(request: Any) -> str:
    return str(request.type or request.urn.split("::")[2].rpartition("$")[2])


def serve(provider: Provider, port: int = 0) -> tuple[grpc.Server, int]:
    """Serve the provider on loopback and return the server with its port."""
    server = grpc.server(futures.ThreadPoolExecutor(32), options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, int(bound)
