import json

import numpy as np
import pytest
from stable_baselines3.common.vec_env import VecNormalize

from agents.normalise import restore, statistics
from agents.vec_env import HftVecEnv
from hft_gym.errors import InputError
from tests.agents.fake_core import FakeCore


def wrapped(**kwargs):
    return VecNormalize(HftVecEnv(FakeCore(4)), **kwargs)


def test_every_bit_survives_json():
    env, other = wrapped(), wrapped()
    env.reset()
    for _ in range(20):
        env.step(np.zeros((4, 2), np.int64))
    restore(other, json.loads(json.dumps(statistics(env))))
    for name in ("obs_rms", "ret_rms"):
        a, b = getattr(env, name), getattr(other, name)
        assert np.asarray(a.mean).tobytes() == np.asarray(b.mean).tobytes()
        assert np.asarray(a.var).tobytes() == np.asarray(b.var).tobytes()
        assert a.count == b.count


def test_nothing_stays_nothing():
    assert statistics(None) is None
    restore(None, None)


def test_other_features_or_settings_are_refused():
    saved = statistics(wrapped())
    with pytest.raises(InputError, match="normalis"):
        restore(wrapped(norm_reward=False), saved)
    saved["observation"] = {"mean": [0.0], "var": [1.0], "count": 1.0}
    with pytest.raises(InputError, match="1 features"):
        restore(wrapped(), saved)
