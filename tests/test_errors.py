"""Errors a user can mend have one root, by which commands tell them from faults of ours."""

import pytest

from hft_gym.errors import ConfigError, HftGymError, InputError


@pytest.mark.parametrize("kind", [InputError, ConfigError])
def test_one_root(kind):
    with pytest.raises(HftGymError, match="what, where, what to do"):
        raise kind("what, where, what to do")
    assert not issubclass(kind, OSError | ValueError)
