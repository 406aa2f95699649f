"""Live objects as the engine keeps them, and how far they drifted from what was applied."""

from typing import Any

from sandbox.kubernetes.provider.cluster import Cluster, Object

# Change without anyone's doing: kept out of the state, or each refresh would show a change.
_VOLATILE = ("managedFields", "resourceVersion", "generation", "selfLink")
_SECRET_PARTS = ("data", "stringData")
_ABSENT = object()


def outputs(live: Object) -> Object:
    """What the engine is told of an object."""
    kept = {key: value for key, value in live.items() if key != "status"}
    kept["metadata"] = _quiet(live["metadata"])
    if live["kind"] == "Service":
        kept["status"] = live.get("status", {})
    return kept


def secret_parts(kind: str) -> tuple[str, ...]:
    """Properties that are secret whatever the program says."""
    return _SECRET_PARTS if kind == "Secret" else ()


def imported_inputs(live: Object) -> Object:
    """Inputs that describe an object which no program made."""
    kept = {key: value for key, value in live.items() if key != "status"}
    dropped = (*_VOLATILE, "uid", "creationTimestamp", "ownerReferences")
    kept["metadata"] = {k: v for k, v in live["metadata"].items() if k not in dropped}
    return kept


def drifted_inputs(cluster: Cluster, inputs: Object, live: Object) -> Object:
    """The inputs with what others changed since; the same ones if nothing was.

    Applied again without effect, the inputs show what the server would make of them: that is
    compared with what is live, so defaults and spellings (`1000m`, `1`) are no drift.
    """
    wanted = cluster.apply(inputs, dry_run=True)
    if _comparable(wanted) == _comparable(live):
        return inputs
    drifted = _merged(inputs, wanted, live)
    return dict(drifted)


def _comparable(each: Object) -> Object:
    kept = {key: value for key, value in each.items() if key != "status"}
    kept["metadata"] = _quiet(each["metadata"])
    return kept


def _quiet(metadata: Object) -> Object:
    return {key: value for key, value in metadata.items() if key not in _VOLATILE}


def _merged(inputs: Any, wanted: Any, live: Any) -> Any:
    """The inputs, with live values where they differ from what the inputs would give."""
    if wanted == live:
        return inputs
    if isinstance(inputs, dict) and isinstance(wanted, dict) and isinstance(live, dict):
        merged = {
            key: _merged(value, wanted.get(key, _ABSENT), live.get(key, _ABSENT))
            for key, value in inputs.items()
        }
        return {key: value for key, value in merged.items() if value is not _ABSENT}
    if (
        isinstance(inputs, list)
        and isinstance(wanted, list)
        and isinstance(live, list)
        and len(inputs) == len(wanted) == len(live)
    ):
        return [_merged(*each) for each in zip(inputs, wanted, live, strict=True)]
    return live
