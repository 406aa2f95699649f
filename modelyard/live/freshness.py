"""Waits until every replica builds features from the tables that the last refresh wrote."""

import time
from typing import Any

import httpx

from modelyard.errors import RefusedError
from modelyard.live.endpoint import endpoint
from modelyard.place import Place
from modelyard.storage import read_json

GAUGE = "modelyard_asof_state"


def wait_for_tables(place: Place, model: str, *, seconds: float = 60.0) -> None:
    """Return once all ready replicas have the newest as-of tables; raises after `seconds`."""
    from ml.data.current import current_key

    s3, lake = place.client("s3"), place.platform.lakehouse_bucket
    deadline = time.monotonic() + seconds
    while True:
        current = read_json(s3, lake, current_key(model)) or {}
        held = [_state(pod.address) for pod in endpoint(place, model).pods if pod.ready]
        if held and current and all(state == current["state"] for state in held):
            return
        if time.monotonic() > deadline:
            raise RefusedError(
                f"Not every replica of {model} in {place.name} has taken the newest as-of tables "
                f"after {seconds:.0f} s.",
                remedy=f"kubectl --context {place.name} -n models logs POD shows asof_not_loaded",
            )
        time.sleep(0.2)


def _state(address: str) -> int | None:
    from prometheus_client.parser import text_string_to_metric_families

    try:
        page = httpx.get(f"{address}/metrics", timeout=3.0, trust_env=False).text
    except httpx.HTTPError:
        return None
    families: Any = text_string_to_metric_families(page)
    samples = (sample for family in families for sample in family.samples)
    return next((int(each.value) for each in samples if each.name == GAUGE), None)
