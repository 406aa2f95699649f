"""The API server of an environment's cluster, as the caller's kubeconfig reaches it."""

import os
from typing import Any

from modelyard.errors import NotUpError
from modelyard.place import Place


def api_client(place: Place) -> Any:
    """Return the official client's ApiClient; raises NotUpError without a context for it."""
    from kubernetes import config as configuration
    from kubernetes.config.config_exception import ConfigException

    try:
        load: Any = configuration.new_client_from_config
        # Named, because the library reads the variable when it is imported, and never again.
        api = load(config_file=os.environ.get("KUBECONFIG"), context=place.name)
    except ConfigException as error:
        raise NotUpError(
            f"There is no cluster context for {place.name}: {error}.",
            remedy=f"modelyard deploy {place.name}",
        ) from error
    # Without this the client asks a dead cluster three times, a minute each.
    api.configuration.retries = False
    return api
