"""What the servers of an endpoint have counted themselves since they were started."""

from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.checkout import Checkout


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The sums over all its pods."""

    servers: tuple[tuple[str, int], ...]
    """Each pod with its restarts: a new process begins to count at zero."""
    answers: int
    rows: int
    labels: int
    refused: dict[str, int]
    """Requests that got an error, by its code."""


def counted(checkout: Checkout, environment: str, model: str) -> Counted:
    """Ask every pod of the endpoint."""
    shown = checkout.modelyard("status", "--env", environment, "--json").json
    [found] = (each for each in shown["environments"][0]["models"] if each["model"] == model)
    pages = [
        httpx.get(f"{pod['address']}/metrics", trust_env=False).raise_for_status().text
        for pod in found["pods"]
    ]
    samples = [
        sample
        for page in pages
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    ]

    def total(name: str, code: str | None = None) -> int:
        wanted = (each for each in samples if each.name == name)
        return int(sum(each.value for each in wanted if each.labels.get("code") == code))

    errors = "modelyard_inference_errors_total"
    codes = {str(each.labels["code"]) for each in samples if each.name == errors}
    return Counted(
        servers=tuple(sorted((pod["name"], pod["restarts"]) for pod in found["pods"])),
        answers=total("modelyard_inference_requests_total"),
        rows=total("modelyard_inference_rows_total"),
        labels=total("modelyard_feedback_labels_total"),
        refused={code: total(errors, code) for code in sorted(codes)},
    )
