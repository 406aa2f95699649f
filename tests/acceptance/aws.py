"""What the emulator holds, asked of it with a stock client."""

from typing import Any

import boto3
import botocore.session

from tests.acceptance.checkout import Checkout


def session(checkout: Checkout, profile: str) -> "Session":
    """A session of one of the sandbox's profiles, whatever this process's own variables say."""
    entered = checkout.entered()
    config = {name: entered[name] for name in entered if name.startswith("AWS_")}
    return Session(profile, config)


class Session:
    """Clients of one profile."""

    def __init__(self, profile: str, config: dict[str, str]) -> None:
        self._profile, self._config = profile, config

    def storage(self) -> dict[str, str]:
        """What a Delta table needs to know of the emulator."""
        found = self._core().get_credentials().get_frozen_credentials()
        return {
            "AWS_ACCESS_KEY_ID": found.access_key,
            "AWS_SECRET_ACCESS_KEY": found.secret_key,
            "AWS_SESSION_TOKEN": found.token or "",
            "AWS_REGION": self._config["AWS_REGION"],
            "AWS_ENDPOINT_URL": self._config["AWS_ENDPOINT_URL"],
            "AWS_ALLOW_HTTP": "true",
        }

    def client(self, service: str) -> Any:
        """A stock client, led to the emulator."""
        return boto3.Session(botocore_session=self._core()).client(
            service,
            endpoint_url=self._config["AWS_ENDPOINT_URL"],
            region_name=self._config["AWS_REGION"],
        )

    def _core(self) -> Any:
        core = botocore.session.Session(profile=self._profile)
        core.set_config_variable("config_file", self._config["AWS_CONFIG_FILE"])
        core.set_config_variable("credentials_file", self._config["AWS_SHARED_CREDENTIALS_FILE"])
        # Roles are assumed of the emulator, too.
        core.set_config_variable("endpoint_url", self._config["AWS_ENDPOINT_URL"])
        return core
