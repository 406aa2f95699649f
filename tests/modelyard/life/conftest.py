"""The page of half a year, rendered once: nobody writes on it."""

import pytest

from tests.modelyard.example_life import half_year
from tests.modelyard.life.pages import page_of


@pytest.fixture(scope="package")
def page() -> str:
    return page_of(half_year())
