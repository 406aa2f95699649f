"""Check, diff, create, read, update and delete, in plain Python."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox.aws.clients import Clients
from sandbox.aws.clusters import Clusters
from sandbox.aws.provider.checking import mistakes
from sandbox.aws.provider.configuration import Configuration
from sandbox.aws.provider.differ import Difference, difference
from sandbox.aws.provider.faults import Faults
from sandbox.aws.provider.force_new import force_new
from sandbox.aws.provider.ids import Facts
from sandbox.aws.provider.naming import (
    DEFAULTS,
    NameNeededError,
    Proposal,
    name_property,
    with_name,
)
from sandbox.aws.provider.outputs import kept, made, planned
from sandbox.aws.provider.records import Records
from sandbox.aws.provider.schema import Schema, schema_of
from sandbox.aws.provider.tags import all_tags, has_tags
from sandbox.aws.provider.wire import UNKNOWN, Properties
from sandbox.aws.resources import eks
from sandbox.aws.resources.handling import Call, Handler
from sandbox.aws.resources.recorded import recorded
from sandbox.aws.resources.table import REAL


class State(NamedTuple):
    """A resource as the engine keeps it."""

    id: str
    outputs: Properties
    inputs: Properties


class Operations:
    """Everything the provider does to one kind of cloud."""

    def __init__(
        self, clients: Clients, clusters: Clusters, records: Records, faults: Faults
    ) -> None:
        self._clients = clients
        self._records = records
        self._faults = faults
        self._recorded = recorded(records)
        self._joined = eks.handlers(clusters, records)

    def check(
        self,
        token: str,
        news: Properties,
        olds: Properties,
        *,
        logical: str,
        seed: bytes,
        proposal: Proposal,
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """Return the completed inputs and the mistakes in them."""
        schema = schema_of(token)
        try:
            inputs = with_name(schema, news, olds, logical=logical, seed=seed, proposal=proposal)
        except NameNeededError as error:
            return news, [(name_property(schema) or "name", str(error))]
        return inputs, list(mistakes(inputs, schema.inputs))

    def diff(
        self,
        where: Configuration,
        token: str,
        old_inputs: Properties,
        old: Properties,
        news: Properties,
        ignored: frozenset[str],
    ) -> tuple[Difference, bool]:
        """Return what changed, and whether the old one must go before the new one comes."""
        schema, fixed = schema_of(token), force_new(token)
        found = difference(old_inputs, news, ignored=ignored, fixed=fixed)
        if has_tags(schema) and "tagsAll" in old and not {"tags", "tagsAll"} & ignored:
            tags = all_tags(schema, news, where.default_tags)
            if tags != old["tagsAll"] and not any(path.startswith("tags") for path in found.paths):
                found = dataclasses.replace(found, paths={**found.paths, "tagsAll": "update"})
        key = name_property(schema)
        named = key in news and key not in news.get(DEFAULTS, [])
        return found, bool(found.replaces) and (named or key is None)

    def create(
        self, where: Configuration, token: str, urn: str, inputs: Properties, *, preview: bool
    ) -> State:
        """Make the resource, or say what is known of it beforehand."""
        schema = schema_of(token)
        known = self._known(schema, where, inputs)
        if preview:
            return State("", planned(schema, inputs, known), inputs)
        self._faults.before_creation(urn)
        call = self._call(where, token, inputs)
        fresh, added = self._handler(token).create(call)
        facts = Facts(token=token, account=call.account, region=call.region, id=fresh)
        outputs = made(schema, facts, inputs, {**known, **added})
        self._remember(call.account, token, fresh, outputs)
        return State(fresh, outputs, inputs)

    def read(
        self, where: Configuration, token: str, fresh: str, old: Properties, inputs: Properties
    ) -> State | None:
        """Return the resource as it is, or None when it is gone."""
        schema = schema_of(token)
        call = dataclasses.replace(
            self._call(where, token, inputs), id=fresh, old=old, old_inputs=inputs
        )
        observed = self._handler(token).read(call)
        if observed is None:
            self._records.forget((call.account, token, fresh))
            return None
        if not old:
            facts = Facts(token=token, account=call.account, region=call.region, id=fresh)
            outputs = made(schema, facts, {}, {**self._known(schema, where, {}), **observed})
            asked = {key: value for key, value in observed.items() if key in schema.inputs.fields}
        else:
            outputs = {**old, **observed}
            drifted = {key: each for key, each in observed.items() if each != old.get(key)}
            asked = {key: drifted.get(key, value) for key, value in inputs.items()}
        self._remember(call.account, token, fresh, outputs)
        return State(fresh, outputs, asked)

    def update(
        self,
        where: Configuration,
        token: str,
        state: State,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """Change the resource in place and return its new state."""
        schema = schema_of(token)
        known = self._known(schema, where, news)
        if not preview:
            call = dataclasses.replace(
                self._call(where, token, news),
                id=state.id,
                old=state.outputs,
                old_inputs=state.inputs,
            )
            known.update(self._handler(token).update(call))
        outputs = kept(schema, state.outputs, state.inputs, news, known)
        if not preview:
            self._remember(where.identity.account, token, state.id, outputs)
        return outputs

    def delete(self, where: Configuration, token: str, state: State) -> None:
        """Remove the resource."""
        call = dataclasses.replace(
            self._call(where, token, state.inputs),
            id=state.id,
            old=state.outputs,
            old_inputs=state.inputs,
        )
        self._handler(token).delete(call)
        self._records.forget((call.account, token, state.id))

    def _handler(self, token: str) -> Handler:
        return REAL.get(token) or self._joined.get(token) or self._recorded

    def _remember(self, account: str, token: str, fresh: str, outputs: Properties) -> None:
        key = (account, token, fresh)
        if token in REAL:
            self._records.note(key)
        else:
            self._records.keep(key, outputs)

    def _known(self, schema: Schema, where: Configuration, inputs: Properties) -> Properties:
        known: dict[str, Any] = {}
        if "region" in schema.outputs:
            known["region"] = inputs.get("region") or where.region
        if has_tags(schema):
            known["tagsAll"] = all_tags(schema, inputs, where.default_tags)
        return known

    def _call(self, where: Configuration, token: str, inputs: Mapping[str, Any]) -> Call:
        region = inputs.get("region")
        region = str(region) if region and region != UNKNOWN else where.region
        client: Callable[[str], Any] = lambda service: self._clients.get(  # noqa: E731
            where.identity, region, service
        )
        tags = {**where.default_tags, **(inputs.get("tags") or {})}
        return Call(
            token=token,
            account=where.identity.account,
            region=region,
            environment=where.identity.environment,
            aws=client,
            inputs=dict(inputs),
            tags={key: str(value) for key, value in tags.items()},
        )
