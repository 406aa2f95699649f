"""The server's Prometheus metrics: one object per process, so that tests can have several."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ml.deployment.server.refusal import Code

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Telemetry:
    """What the server counts; error series exist from the start, at zero."""

    def __init__(self, model: str, version: str, digest: str) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "modelyard_inference_seconds",
            "Time from the complete request to its answer",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.requests = Counter(
            "modelyard_inference_requests", "Answered requests", registry=self.registry
        )
        self.rows = Counter("modelyard_inference_rows", "Answered rows", registry=self.registry)
        self._errors = Counter(
            "modelyard_inference_errors",
            "Requests that got an error, by its code",
            ["code"],
            registry=self.registry,
        )
        self._by_code = {code: self._errors.labels(code.text) for code in Code}
        self.in_flight = Gauge(
            "modelyard_inference_in_flight", "Requests being answered", registry=self.registry
        )
        self.capture_lag = Gauge(
            "modelyard_capture_lag_seconds",
            "Age of the oldest answer that is not in the lake yet",
            registry=self.registry,
        )
        self.capture_backlog = Gauge(
            "modelyard_capture_backlog_bytes",
            "Captured answers that wait on the pod's volume",
            registry=self.registry,
        )
        self.labels = Counter(
            "modelyard_feedback_labels", "Labels that were kept", registry=self.registry
        )
        self.asof_unchecked = Gauge(
            "modelyard_asof_unchecked_seconds",
            "Time since the as-of tables were last known to be the newest",
            registry=self.registry,
        )
        self.asof_state = Gauge(
            "modelyard_asof_state",
            "The run of refresh whose as-of tables are in use; 0 before the first",
            registry=self.registry,
        )
        Gauge(
            "modelyard_model_info",
            "The model version this process serves",
            ["model", "version", "digest"],
            registry=self.registry,
        ).labels(model, version, digest).set(1)

    def refused(self, code: Code) -> None:
        """Count one error."""
        self._by_code[code].inc()

    def page(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
