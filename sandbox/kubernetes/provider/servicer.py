"""The Kubernetes provider as the engine calls it, over gRPC."""

import json
from importlib import metadata
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as messages

from sandbox.aws.provider.wire import read
from sandbox.kubernetes.provider.clusters import Clusters
from sandbox.kubernetes.provider.faults import explained
from sandbox.kubernetes.provider.operations import Ask, Operations
from sandbox.kubernetes.provider.secrets import write


def stack_of(urn: str) -> str:
    """`urn:pulumi:STACK::PROJECT::…` → STACK."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def token_of(urn: str) -> str:
    """The resource's own type, without those of its parents."""
    return urn.split("::")[2].rpartition("$")[2]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One server for all stacks; each connection of the engine leads to one cluster."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters
        self._operations = Operations()
        self._version = metadata.version("pulumi-kubernetes")

    def _ask(self, request: Any, context: Any) -> Ask:
        urn = request.urn
        cluster = self._clusters.of(context.peer(), stack_of(urn))
        seconds = float(getattr(request, "timeout", 0.0) or 0.0)
        return Ask(cluster=cluster, seconds=seconds, alive=context.is_active)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Secrets arrive opened; the engine marks outputs secret by itself."""
        return messages.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Accept the engine."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Waits end when the engine's connection does."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the version that the SDK asks for."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the name; Python programs never ask for more."""
        schema = json.dumps({"name": "kubernetes", "version": self._version})
        return messages.GetSchemaResponse(schema=schema)

    def GetMapping(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Map nothing."""
        return messages.GetMappingResponse()

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Accept; a kubeconfig that leads nowhere is refused by Configure."""
        return messages.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Let the engine compare: a new kubeconfig leads to the same objects."""
        return messages.DiffResponse()

    @explained
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Fix the cluster of this connection."""
        settings = read(request.args)
        self._clusters.configure(context.peer(), stack_of(request.urn), settings)
        return messages.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    @explained
    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Name the object and refuse what can be seen to be wrong."""
        proposal = request.autonaming.proposed_name if request.HasField("autonaming") else None
        inputs, found = self._operations.check(
            token_of(request.urn),
            read(request.news),
            read(request.olds),
            logical=request.urn.rpartition("::")[2],
            seed=request.randomSeed,
            proposal=proposal or None,
        )
        failures = [messages.CheckFailure(reason=f"{path}: {why}") for path, why in found]
        return messages.CheckResponse(inputs=write(inputs, inputs["kind"]), failures=failures)

    @explained
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Say what an update would change."""
        found = self._operations.diff(
            self._ask(request, context),
            read(request.old_inputs),
            read(request.news),
            ignored=tuple(request.ignoreChanges),
        )
        kinds = messages.PropertyDiff
        detailed = {
            path: kinds(
                kind=kinds.UPDATE_REPLACE if path in found.replaces else kinds.UPDATE,
                inputDiff=True,
            )
            for path in found.changed
        }
        some = (
            messages.DiffResponse.DIFF_SOME if found.changed else messages.DiffResponse.DIFF_NONE
        )
        return messages.DiffResponse(
            changes=some,
            diffs=sorted({path.partition(".")[0].partition("[")[0] for path in found.changed}),
            replaces=list(found.replaces),
            deleteBeforeReplace=found.delete_first,
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    @explained
    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Apply the object and wait until it works."""
        inputs = read(request.properties)
        made = self._operations.apply(self._ask(request, context), inputs, preview=request.preview)
        return messages.CreateResponse(id=made.id, properties=write(made.outputs, inputs["kind"]))

    @explained
    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Apply the new inputs and wait until they are in force."""
        inputs = read(request.news)
        made = self._operations.apply(self._ask(request, context), inputs, preview=request.preview)
        return messages.UpdateResponse(properties=write(made.outputs, inputs["kind"]))

    @explained
    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The object as it is, and the inputs with what others changed."""
        token = token_of(request.urn)
        found = self._operations.read(
            self._ask(request, context), token, request.id, read(request.inputs)
        )
        if found is None:
            return messages.ReadResponse()
        kind = str(found.inputs["kind"])
        return messages.ReadResponse(
            id=found.id,
            properties=write(found.outputs, kind),
            inputs=write(found.inputs, kind),
        )

    @explained
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete the object and wait until it is gone."""
        state = read(request.properties)
        self._operations.delete(
            self._ask(request, context), token_of(request.urn), request.id, state
        )
        return empty_pb2.Empty()
