"""Datasets for every test of this folder, made once a process."""

import pytest

from tests.envs import samples


@pytest.fixture(scope="session")
def dataset():
    """Three generated days of a minute."""
    return samples.generated_dataset()


@pytest.fixture(scope="session")
def tiny():
    """Two random tapes of a quarter of a second."""
    return samples.random_dataset()
