"""The smallest valid args of each component of the data estate."""

from __future__ import annotations

from typing import Any

from infra.data_estate.catalog import Catalog, CatalogArgs
from infra.data_estate.pseudonym_secret import PseudonymSecret, PseudonymSecretArgs
from tests.infra.examples.values import KEY

EXAMPLES: dict[Any, Any] = {
    Catalog: CatalogArgs(bucket_name="lake", key_arn=KEY),
    PseudonymSecret: PseudonymSecretArgs(key_arn=KEY),
}
