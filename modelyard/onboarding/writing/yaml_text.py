"""YAML that reads as if written by hand: sections in blocks, small things on one line."""

from typing import Any

import yaml

_ONE_LINE = 88
_BREAKS = frozenset("\n\r\x85\u2028\u2029")


class Flow(dict[str, Any]):
    """A mapping that stands on one line where it fits."""


def fitted(values: dict[str, Any]) -> dict[str, Any]:
    """On one line where it fits, else a line per key."""
    line = yaml.safe_dump(values, default_flow_style=True, allow_unicode=True, width=10**6)
    return Flow(values) if len(line) <= _ONE_LINE else values


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand inside their key, as in the other model folders."""
        super().increase_indent(flow, False)


def _flow(dumper: yaml.SafeDumper, data: Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)


def _list(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    plain = all(isinstance(each, str | int | float) for each in data)
    short = plain and sum(len(str(each)) + 2 for each in data) < 80
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short or None)


def _str(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
    # In other quotes a break is written as it is, and some are read back as another one.
    style = '"' if _BREAKS & set(data) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _str)
_Dumper.add_representer(Flow, _flow)
yaml.SafeDumper.add_representer(Flow, _flow)
_Dumper.add_representer(list, _list)


def one_line(values: dict[str, Any]) -> str:
    """A mapping on one line, however long it is."""
    return yaml.dump(
        Flow(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6
    )


def dump(document: Any, *, head: str = "") -> str:
    """The document, with a blank line between its sections."""
    parts = []
    for key, value in document.items():
        parts.append(
            yaml.dump({key: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=95)
        )
    spaced = "\n".join(parts) if head else "".join(parts)
    return f"{head}{spaced}"
