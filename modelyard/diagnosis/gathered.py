"""Gathers every secret that a sandbox's own files and this process's variables hold."""

import configparser
import csv
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from modelyard.diagnosis.patterns import is_sensitive

_STACK_SECRET = re.compile(r"(?:secure|encryptionsalt|ciphertext)\"?:\s*\"?(v1:[^\s\"]+)")


def secrets(state: Path, environment: Mapping[str, str] = os.environ) -> set[str]:
    """Every value that must not leave the machine; what cannot be read holds nothing to find."""
    found = {value for name, value in environment.items() if is_sensitive(name)}
    for pattern, read in _READERS.items():
        for file in state.glob(pattern):
            found |= set(_read(file, read))
    return found - {""}


def _read(file: Path, read: Callable[[str], Iterator[str]]) -> list[str]:
    try:
        return list(read(file.read_text(errors="replace")))
    except (OSError, ValueError, KeyError, TypeError, configparser.Error):
        return []


def _tokens(text: str) -> Iterator[str]:
    for row in csv.reader(text.splitlines()):
        yield from row[:1]


def _kubeconfig(text: str) -> Iterator[str]:
    yield from _leaves(json.loads(text).get("users", []))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str) and name != "name":
                yield each
            yield from _leaves(each)
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)


def _private_key(text: str) -> Iterator[str]:
    yield text.strip()
    # Its lines one by one: a log may hold one of them, or have a time before each.
    for line in text.splitlines():
        if not line.startswith("-----"):
            yield line.strip()


def _profiles(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    for section in parser.sections():
        for name, value in parser.items(section):
            if name.startswith("aws_"):
                yield value


def _whole(text: str) -> Iterator[str]:
    yield text.strip()


def _stack_secrets(text: str) -> Iterator[str]:
    yield from _STACK_SECRET.findall(text)


_READERS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "kubeconfig": _kubeconfig,
    "clusters/*/access/*.kubeconfig": _kubeconfig,
    "clusters/*/access/tokens.csv": _tokens,
    "clusters/*/pki/**/*.key": _private_key,
    "clusters/*/kubelet/pki/*.pem": _private_key,
    "clusters/*/kubelet/pods/*/volumes/**/token": _whole,
    "clusters/*/identity/**/*": _whole,
    "aws/pipelines/*/*/token": _whole,
    "aws/config": _profiles,
    "aws/credentials": _profiles,
    "pulumi/home/credentials.json": lambda text: _leaves(json.loads(text)),
    "projects/*/Pulumi.*.yaml": _stack_secrets,
    "pulumi/state/.pulumi/stacks/**/*.json": _stack_secrets,
}
"""Where the sandbox keeps secrets, and how each kind of file is read."""
