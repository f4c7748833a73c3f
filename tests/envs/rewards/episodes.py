"""Random episodes without a market: fills and mids come from dice, the record is kept as in one."""

import numpy as np

from hft_gym.envs.episode import look, mark, note_step
from hft_gym.envs.interfaces import step_reward
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.market.account import MICROTICKS, clear_trader, learn

STEP_NS = 250_000_000


class Episode:
    """One record taken from decision to decision, and `moments`, a naive account of the same."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.env = np.zeros(1, ENV_DTYPE)[0]
        self.decision = np.zeros(1, DECISION_DTYPE)[0]
        self.mid2 = 2 * 1000 + 1
        self.now_ns = 10 * STEP_NS
        clear_trader(self.env["trader"], 0, 0)
        self._look()
        self.env["marked_mid2_ticks"] = self.mid2
        self.moments = [self._moment(0, 0, 0.0, [])]

    def step(self, model, fills=None):
        """Go to the next decision with some fills `(side, px, lots)`; the reward."""
        if fills is None:
            fills = self._random_fills()
        self.now_ns += STEP_NS * int(self.random.integers(1, 4))
        self.mid2 += 2 * int(self.random.integers(-3, 4))
        for side, px, lots in fills:
            self._answer(side, px, lots)
        before_ns = int(self.env["ts_local_ns"])
        self._look()
        self.env["step_s"] = (self.now_ns - before_ns) * 1e-9
        learn(self.env["trader"], self.now_ns)
        mark(self.env)
        reward = step_reward(model, self.env)
        note_step(self.env, reward)
        last = self.moments[-1]
        cash = last["cash"] - sum(side * px * lots for side, px, lots in fills)
        held = last["position"] + sum(side * lots for side, _, lots in fills)
        fees = last["fees"] + 0.25 * sum(lots for *_, lots in fills)
        self.moments.append(self._moment(held, cash, fees, fills))
        return reward

    def rewards(self, model, steps=60):
        """What `steps` random steps pay."""
        return [self.step(model) for _ in range(steps)]

    def _random_fills(self):
        r = self.random
        return [
            (int(r.choice([-1, 1])), self.mid2 // 2 + int(r.integers(-4, 5)), int(r.integers(1, 4)))
            for _ in range(r.choice([0, 0, 1, 2, 4]))
        ]

    def _answer(self, side, px, lots):
        trader = self.env["trader"]
        place = (trader["response_head"] + trader["response_count"]) % len(trader["responses"])
        trader["response_count"] += 1
        answer = trader["responses"][place]
        answer["known_ns"] = self.now_ns - 1
        answer["order_id"] = -1
        answer["position_lots"] = side * lots
        answer["cash_ticks"] = -side * lots * px
        answer["fees_microticks"] = lots * MICROTICKS // 4

    def _look(self):
        self.decision["ts_local_ns"] = self.now_ns
        self.decision["bid_ticks"] = (self.mid2 - 1) // 2
        self.decision["ask_ticks"] = self.mid2 - (self.mid2 - 1) // 2
        look(self.env, self.decision)

    def _moment(self, position, cash, fees, fills):
        return {
            "t_s": self.now_ns * 1e-9, "mid": self.mid2 / 2, "position": position, "cash": cash,
            "fees": fees, "fills": fills, "known_s": (self.now_ns - 1) * 1e-9,
        }  # fmt: skip
