"""A stand-in for the Pulumi engine that remembers what it was asked to create."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any
from unittest.mock import patch

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from infra.programs.platform_outputs import PlatformOutputs

#: Values AWS would compute, for the few types whose generic fake will not do.
COMPUTED: dict[str, dict[str, Any]] = {
    "aws:s3/bucket:Bucket": {"bucket": "artifacts-1a2b3c"},
    "aws:eks/cluster:Cluster": {
        "endpoint": "https://cluster.test",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"prefixListId": "pl-1"},
    "aws:sqs/queue:Queue": {"url": "https://queue.test/1"},
    "aws:ecr/repository:Repository": {"repositoryUrl": "1.dkr.ecr.test/image"},
}


@dataclass(frozen=True)
class Resource:
    """One resource as the engine saw it."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    provider: str
    protect: bool


@dataclass
class Deployment:
    """Everything one program registered."""

    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    exports: dict[str, Any] = field(default_factory=dict)
    """What the program exported as its stack's outputs."""

    def all(self, type_: str) -> list[Resource]:
        return [r for r in self.resources.values() if r.type == type_]

    def one(self, type_: str) -> Resource:
        (resource,) = self.all(type_)
        return resource

    def outputs_of(self, name: str) -> dict[str, Any]:
        (outputs,) = (v for urn, v in self.outputs.items() if urn.endswith(f"::{name}"))
        return outputs


#: What a platform stack would have exported, for the stack that reads it.
PLATFORM: dict[str, Any] = {
    field.name: f"platform-{field.name}" for field in fields(PlatformOutputs)
} | {
    "private_subnet_ids": ["subnet-1", "subnet-2"],
    "image_repository_url": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/modelyard/release",
}


class _Fakes(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {"name": args.name, "outputs": PLATFORM}
        arn = f"arn:aws:fake:::{args.name}"
        return f"{args.name}-id", {
            "arn": arn,
            "name": f"{args.name}-1a2b3c",
            **COMPUTED.get(args.typ, {}),
            **args.inputs,
        }

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"unexpected lookup of {args.token}; pass the value in instead")


class _Recorder(MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Fakes())
        self.deployment = Deployment()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (gRPC name)
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            if response.urn in self.deployment.resources:
                raise AssertionError(f"two resources share the URN {response.urn}")
            self.deployment.resources[response.urn] = Resource(
                type=request.type,
                name=request.name,
                inputs=rpc.deserialize_properties(request.object),
                parent=request.parent,
                provider=request.provider,
                protect=request.protect,
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (gRPC name)
        self.deployment.outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def run(program: Callable[[], object]) -> Deployment:
    """Run `program` to completion without AWS and return what it registered."""
    recorder = _Recorder()
    pulumi.runtime.set_mocks(recorder.mocks, project="modelyard", stack="test", monitor=recorder)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def settle() -> pulumi.Output[None]:
        exported: dict[str, Any] = {}
        # Outside the real engine there is no stack to hold the outputs.
        with patch("pulumi.export", exported.__setitem__):
            program()
        return pulumi.Output.from_input(exported).apply(recorder.deployment.exports.update)

    settle()
    return recorder.deployment
