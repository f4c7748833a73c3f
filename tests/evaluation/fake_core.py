"""A toy core with BatchCore's face: random-walk touch, fills by a coin that depends on the offset.

Whatever happens depends only on (tape, decision, action), as on a real tape, so that results can
be compared across batch sizes and worked out by hand.
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.records import EPISODE_DTYPE, VIEW_DTYPE

I8 = np.int64

TRADER_DTYPE = np.dtype(
    [("position_lots", I8), ("lots_traded", I8), ("spread_half_ticks", I8)]
)  # the counts that are read of a core's state
STEP_NS = 1_000_000_000
DAY_NS = 86_400 * STEP_NS
OPEN_NS = 1_703_545_200 * STEP_NS  # 2023-12-25 23:00 UTC
MAKER_TICKS = 0.1


class FakeCore:
    """BatchCore's face over `[tapes, decisions]` touches drawn from a seed."""

    feature_names = ("spread", "position")

    def __init__(self, num_envs: int, tapes: int = 2, decisions: int = 400) -> None:
        """Draw the market; every core of the same shape holds the same one."""
        random = np.random.default_rng(7)
        self.num_envs = num_envs
        moves = random.choice([-1, 0, 0, 1], (tapes, decisions + 1))
        self.bid = 19_200 + np.cumsum(moves, axis=1)
        self.ask = self.bid + random.choice([1, 1, 2], (tapes, decisions + 1))
        self.coin = random.random((tapes, decisions + 1, 2))
        self.windows = np.zeros((num_envs, 3), I8)
        self.row = np.zeros(num_envs, EPISODE_DTYPE)
        self.finished = np.zeros(num_envs, EPISODE_DTYPE)
        self.final_obs = np.zeros((num_envs, 2), np.float32)
        self.decision, self.position = np.zeros(num_envs, I8), np.zeros(num_envs, I8)
        self.cash, self.pnl, self.peak = np.zeros((3, num_envs))
        self.own = np.zeros((num_envs, 2), I8)  # prices of our quotes
        self.own_lots = np.zeros((num_envs, 2), I8)
        self.stepped = 0

    def reset_at(self, windows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Start at `[n, 3]` windows; `[n, 2]` observations."""
        assert windows.shape == (self.num_envs, 3)
        assert windows.dtype == np.int64
        self.windows = windows.copy()
        return self._begin(np.ones(self.num_envs, bool))

    def _begin(self, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        self.row[mask] = np.zeros((), EPISODE_DTYPE)
        self.row["tape"][mask], self.decision[mask] = self.windows[mask, 0], self.windows[mask, 1]
        self.row["start_decision"][mask] = self.decision[mask]
        for account in (self.position, self.cash, self.pnl, self.peak, self.own, self.own_lots):
            account[mask] = 0
        return self.observations()

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """Quote, let the coins fall, move on; done rows restart where they began."""
        self.stepped += 1
        tape = self.row["tape"]
        touch = np.stack([self.bid[tape, self.decision], self.ask[tape, self.decision]], 1)
        sides = np.array([1, -1])
        self.own = touch - sides * actions
        self.own_lots = (actions < 6).astype(I8)
        fills = (self.coin[tape, self.decision] < 0.4 * 0.5**actions) * self.own_lots
        mid = touch.mean(1)
        self.position += fills @ sides
        self.cash -= (fills * sides * self.own).sum(1) + MAKER_TICKS * fills.sum(1)
        self.row["gross_spread_ticks"] += (fills * sides * (mid[:, None] - self.own)).sum(1)
        self.row["fees_ticks"] += MAKER_TICKS * fills.sum(1)
        self.row["bid_fills"] += fills[:, 0]
        self.row["ask_fills"] += fills[:, 1]
        self.row["lots_traded"] += fills.sum(1)
        self.row["quotes"] += self.own_lots.sum(1)
        self.decision += 1
        before = self.pnl
        self.pnl = self.cash + self.position * self.mid()
        self.peak = np.maximum(self.peak, self.pnl)
        reward = (self.pnl - before).astype(np.float32)
        self._account(reward)
        truncated = self.decision == self.windows[:, 2]
        observations = self.observations()
        if truncated.any():
            self.finished = self.row.copy()
            self.final_obs = observations
            observations = self._begin(truncated)
        return observations, reward, np.zeros(self.num_envs, bool), truncated

    def _account(self, reward: NDArray[np.float32]) -> None:
        row = self.row
        row["steps"] += 1
        row["reward"] += reward
        row["pnl_ticks"] = self.pnl
        row["final_position_lots"] = self.position
        row["abs_position_lot_steps"] += np.abs(self.position)
        row["max_position_lots"] = np.maximum(row["max_position_lots"], np.abs(self.position))
        row["max_drawdown_ticks"] = np.maximum(row["max_drawdown_ticks"], self.peak - self.pnl)

    @property
    def envs(self) -> NDArray[np.void]:
        """`[n]` records with the exchange's counts."""
        envs = np.zeros(self.num_envs, [("trader", TRADER_DTYPE)])
        envs["trader"]["position_lots"] = self.position
        envs["trader"]["lots_traded"] = self.row["lots_traded"]
        envs["trader"]["spread_half_ticks"] = 2 * self.row["gross_spread_ticks"]
        return envs

    def mid(self) -> NDArray[np.float64]:
        """`[n]` mid of each environment's moment."""
        at = (self.row["tape"], self.decision)
        return (self.bid[at] + self.ask[at]) / 2.0

    def observations(self) -> NDArray[np.float32]:
        """`[n, 2]` spread and position."""
        at = (self.row["tape"], self.decision)
        return np.stack([self.ask[at] - self.bid[at], self.position], 1).astype(np.float32)

    def view(self) -> NDArray[np.void]:
        """`[n]` VIEW_DTYPE of each environment's moment."""
        view = np.zeros(self.num_envs, VIEW_DTYPE)
        at = (self.row["tape"], self.decision)
        view["tape"], view["decision"] = at
        view["ts_local_ns"] = OPEN_NS + at[0] * DAY_NS + self.decision * STEP_NS
        view["time_left_ns"] = (self.windows[:, 2] - self.decision) * STEP_NS
        view["bid_ticks"], view["ask_ticks"] = self.bid[at], self.ask[at]
        view["bid_lots"] = view["ask_lots"] = 5
        view["position_lots"], view["pnl_ticks"] = self.position, self.pnl
        view["own_bid_ticks"], view["own_ask_ticks"] = self.own.T
        view["own_bid_lots"], view["own_ask_lots"] = self.own_lots.T
        return view
