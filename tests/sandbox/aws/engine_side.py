"""Speaks to the provider as the engine does, without an engine."""

from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.aws.provider.wire import Properties, read, write

ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}


class EngineSide:
    """One configured provider connection of one stack."""

    def __init__(self, port: int, stack: str = "dev", **settings: Any) -> None:
        self._stack = stack
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]
        )
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        args = {"region": "eu-west-1", "allowedAccountIds": f'["{ACCOUNTS[stack]}"]', **settings}
        self.stub.Configure(
            messages.ConfigureRequest(
                args=write(args), urn=f"urn:pulumi:{stack}::demo::pulumi:providers:aws::main"
            )
        )

    def urn(self, token: str, name: str) -> str:
        return f"urn:pulumi:{self._stack}::demo::{token}::{name}"

    def check(
        self, token: str, news: Properties, olds: Properties | None = None, name: str = "thing"
    ) -> tuple[Properties, list[str]]:
        answer = self.stub.Check(
            messages.CheckRequest(
                urn=self.urn(token, name),
                news=write(news),
                olds=write(olds or {}),
                randomSeed=b"seed" + name.encode(),
                type=token,
                name=name,
            )
        )
        return read(answer.inputs), [each.reason for each in answer.failures]

    def create(
        self, token: str, inputs: Properties, *, preview: bool = False, name: str = "thing"
    ) -> tuple[str, Properties]:
        answer = self.stub.Create(
            messages.CreateRequest(
                urn=self.urn(token, name),
                properties=write(inputs),
                preview=preview,
                type=token,
                name=name,
            )
        )
        return answer.id, read(answer.properties)

    def make(self, token: str, name: str = "thing", **news: Any) -> "Resource":
        inputs, failures = self.check(token, news, name=name)
        assert failures == []
        fresh, outputs = self.create(token, inputs, name=name)
        return Resource(self, token, name, fresh, inputs, outputs)

    def close(self) -> None:
        self._channel.close()


class Resource:
    """A resource with the state that an engine would keep of it."""

    def __init__(
        self,
        engine: EngineSide,
        token: str,
        name: str,
        fresh: str,
        inputs: Properties,
        outputs: Properties,
    ) -> None:
        self.engine, self.token, self.name = engine, token, name
        self.id, self.inputs, self.outputs = fresh, inputs, outputs

    def diff(self, news: Properties) -> Any:
        checked, failures = self.engine.check(self.token, news, self.inputs, self.name)
        assert failures == []
        return self.engine.stub.Diff(
            messages.DiffRequest(
                id=self.id,
                urn=self.engine.urn(self.token, self.name),
                olds=write(self.outputs),
                old_inputs=write(self.inputs),
                news=write(checked),
                type=self.token,
            )
        )

    def update(self, news: Properties) -> None:
        checked, _ = self.engine.check(self.token, news, self.inputs, self.name)
        answer = self.engine.stub.Update(
            messages.UpdateRequest(
                id=self.id,
                urn=self.engine.urn(self.token, self.name),
                olds=write(self.outputs),
                old_inputs=write(self.inputs),
                news=write(checked),
                type=self.token,
            )
        )
        self.inputs, self.outputs = checked, read(answer.properties)

    def read(self) -> tuple[str, Properties, Properties]:
        answer = self.engine.stub.Read(
            messages.ReadRequest(
                id=self.id,
                urn=self.engine.urn(self.token, self.name),
                properties=write(self.outputs),
                inputs=write(self.inputs),
                type=self.token,
            )
        )
        return answer.id, read(answer.properties), read(answer.inputs)

    def delete(self) -> None:
        self.engine.stub.Delete(
            messages.DeleteRequest(
                id=self.id,
                urn=self.engine.urn(self.token, self.name),
                properties=write(self.outputs),
                old_inputs=write(self.inputs),
                type=self.token,
            )
        )
