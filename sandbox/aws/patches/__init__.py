"""Corrections to moto, one fact a file, applied before the first request."""

from sandbox.aws.patches import (
    alarm_states,
    assumed_sessions,
    bucket_policies,
    conditional_items,
    conditional_put,
    delete_markers,
    event_targets,
    key_states,
    listings,
    managed_policies,
    method_names,
    model_packages,
)


def apply_all() -> None:
    """Correct moto in this process."""
    for patch in (
        alarm_states,
        assumed_sessions,
        bucket_policies,
        conditional_items,
        conditional_put,
        delete_markers,
        event_targets,
        key_states,
        listings,
        managed_policies,
        method_names,
        model_packages,
    ):
        patch.apply()
