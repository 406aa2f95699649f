"""Who may speak to a cluster's API server, and the kubeconfig files that say how."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.kubernetes.authority import Authority
from sandbox.layout import EnvironmentLayout, Layout

NODE = "localhost"
"""Name of the only node: the API server reaches the kubelet by it, so it must resolve."""

_USERS = {
    "admin": ("kubernetes-admin", "system:masters"),
    "controllers": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "node": (f"system:node:{NODE}", "system:nodes"),
}


@dataclass(frozen=True)
class Access:
    """The files of one cluster's users."""

    folder: Path

    @property
    def tokens(self) -> Path:
        """What the API server reads."""
        return self.folder / "tokens.csv"

    def kubeconfig(self, user: str) -> Path:
        """How `admin`, `controllers`, `scheduler` or `node` connects."""
        return self.folder / f"{user}.kubeconfig"

    def token(self, user: str = "admin") -> str:
        """The user's bearer token."""
        config = json.loads(self.kubeconfig(user).read_text())
        return str(config["users"][0]["user"]["token"])


def access_of(environment: EnvironmentLayout) -> Access:
    """Where the files of this environment lie."""
    return Access(environment.directory / "access")


def server_url(environment: EnvironmentLayout) -> str:
    """The API server's address."""
    return f"https://127.0.0.1:{environment.apiserver_port}"


def make_access(environment: EnvironmentLayout, authority: Authority) -> Access:
    """Create tokens and kubeconfig files once."""
    access = access_of(environment)
    if access.tokens.exists():
        return access
    access.folder.mkdir(parents=True, exist_ok=True)
    access.folder.chmod(0o700)
    rows = []
    for user, (name, group) in _USERS.items():
        token = secrets.token_urlsafe(24)
        rows.append(f'{token},{name},{user},"{group}"' if group else f"{token},{name},{user}")
        cluster, context = _cluster(environment, authority.root), {"cluster": "c", "user": user}
        config = _kubeconfig({"c": cluster}, {user: {"token": token}}, {"c": context}, "c")
        _write(access.kubeconfig(user), json.dumps(config))
    _write(access.tokens, "\n".join(rows) + "\n")
    return access


def merge_kubeconfig(layout: Layout, environments: list[EnvironmentLayout]) -> None:
    """Write the kubeconfig that people use: one context per environment."""
    clusters, users, contexts = {}, {}, {}
    for each in environments:
        access = access_of(each)
        root = each.directory / "pki" / "ca.crt"
        if not (access.tokens.exists() and root.exists()):
            continue
        clusters[each.name] = _cluster(each, root)
        users[each.name] = {"token": access.token()}
        contexts[each.name] = {"cluster": each.name, "user": each.name, "namespace": "default"}
    first = next(iter(contexts), "")
    config = json.dumps(_kubeconfig(clusters, users, contexts, first), indent=2)
    chosen = layout.kubeconfig
    if chosen.exists():
        # `kubectl config use-context` and `set-context` are the user's: keep what they chose.
        previous = json.loads(chosen.read_text()) if chosen.read_text()[:1] == "{" else {}
        if previous.get("current-context") in contexts:
            merged = json.loads(config) | {"current-context": previous["current-context"]}
            config = json.dumps(merged, indent=2)
    _write(chosen, config)


def _cluster(environment: EnvironmentLayout, root: Path) -> dict[str, str]:
    encoded = base64.b64encode(root.read_bytes()).decode()
    return {"server": server_url(environment), "certificate-authority-data": encoded}


def _kubeconfig(
    clusters: dict[str, Any], users: dict[str, Any], contexts: dict[str, Any], current: str
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": value} for name, value in clusters.items()],
        "users": [{"name": name, "user": value} for name, value in users.items()],
        "contexts": [{"name": name, "context": value} for name, value in contexts.items()],
        "current-context": current,
    }


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
