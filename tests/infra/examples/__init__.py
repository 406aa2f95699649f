"""The smallest valid args of each component. Adding a component means adding a line."""

from typing import Any

from tests.infra.examples import (
    administration,
    data_estate,
    model_deployment,
    model_development,
    monitoring,
)

EXAMPLES: dict[Any, Any] = {
    **administration.EXAMPLES,
    **data_estate.EXAMPLES,
    **model_deployment.EXAMPLES,
    **model_development.EXAMPLES,
    **monitoring.EXAMPLES,
}
