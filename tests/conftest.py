"""What all tests share."""

import os

import pytest
from hypothesis import HealthCheck, settings

from flows.catalogue import Catalogue
from flows.loading import load

settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The built-in content."""
    return load()
