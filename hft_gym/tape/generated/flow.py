"""The next event: when it comes and who acts."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import exponential, uniform
from hft_gym.tape.generated import feed, owners, takers
from hft_gym.tape.generated.price import advance_price
from hft_gym.tape.generated.world import MAX_FILLS, OUT_RECORDS

ROOM_RECORDS = 3 * MAX_FILLS + 2  # the most that one packet writes
TRADE_EXCITES = 5.0  # so many times what another event sets off
BOOK_EXTENT_TICKS = 40  # of the orders that stand before the warm-up


@kernel
def next_event(world: np.void) -> None:
    """Somebody acts, and time passes until the next event.

    Events excite events (Hawkes 1971, exponential kernel; waiting times by Dassios and Zhao 2013,
    Electronic Communications in Probability 18(62)); the rates are held between events.
    """
    state, rules = world["state"], world["rules"]
    trades = rules["noise_takers_per_s"] + _informed(world, 1) + _informed(world, -1)
    nervous = _nervous(world, 1) + _nervous(world, -1)
    own_rate = rules["cancels_per_order_s"] + rules["modifies_per_order_s"]
    changes = own_rate * state["live_orders"]
    total = trades + nervous + changes + rules["limits_per_s"]
    draw = uniform(state) * total
    state["events_per_s"] = total
    state["excitation_ratio"] = (TRADE_EXCITES if draw < trades else 1.0) / (
        1.0 + (TRADE_EXCITES - 1.0) * trades / total  # 1 on average, or bursts would never end
    )
    if draw < trades:
        _trade(world, draw)
    elif draw < trades + nervous:
        _watch_touch(world, draw - trades)
    elif draw < trades + nervous + changes:
        if uniform(state) * own_rate < rules["cancels_per_order_s"]:
            owners.withdraw(world)
        else:
            owners.amend(world)
    else:
        owners.place(world)
    _pass_time(world)


@kernel
def _informed(world: np.void, side: int) -> float:
    """Trades a second of those who know the price."""
    return world["rules"]["informed_takers_per_s_tick"] * takers.gain_ticks(world, side)


@kernel
def _joins(world: np.void, side: int) -> float:
    return world["rules"]["joins_per_s"] * owners.room_to_join(world, side)


@kernel
def _nervous(world: np.void, side: int) -> float:
    """Events a second of those who watch the touch of a side: joins and flights."""
    stale = world["rules"]["stale_cancels_per_order_s"] * owners.stale_orders(world, side)
    return _joins(world, side) + stale


@kernel
def _watch_touch(world: np.void, draw: float) -> None:
    bids = _nervous(world, 1)
    side = 1 if draw < bids else -1
    if side < 0:
        draw -= bids
    if draw < _joins(world, side):
        owners.join(world, side)
    else:
        owners.flee(world, side)


@kernel
def _trade(world: np.void, draw: float) -> None:
    buys, sells = _informed(world, 1), _informed(world, -1)
    if draw < buys:
        takers.trade_on_knowledge(world, 1)
    elif draw < buys + sells:
        takers.trade_on_knowledge(world, -1)
    else:
        takers.trade_for_noise(world)


@kernel
def _pass_time(world: np.void) -> None:
    """The last event excites; the efficient price moves and the excitement fades."""
    state, rules = world["state"], world["rules"]
    activity_per_s = state["events_per_s"] * state["volatility_ratio"]
    jump = (
        state["excitation_ratio"]
        * rules["self_excitation"]
        / (activity_per_s * rules["excitation_s"])
    )
    state["excitement_ratio"] += jump
    calm = 1.0 - rules["self_excitation"]
    wait_s = exponential(state) / (activity_per_s * calm)
    # the excited part fades: it brings a finite number of events, perhaps none
    offspring = activity_per_s * (state["excitement_ratio"] - calm) * rules["excitation_s"]
    left = 1.0 - exponential(state) / offspring if offspring > 0.0 else 0.0
    if left > 0.0:
        wait_s = min(wait_s, -rules["excitation_s"] * np.log(left))
    state["now_s"] += wait_s
    advance_price(world, wait_s)
    fading = np.exp(-wait_s / rules["excitation_s"])
    state["excitement_ratio"] = calm + (state["excitement_ratio"] - calm) * fading


@kernel
def found(world: np.void) -> None:
    """Orders on both sides of the efficient price, so that the warm-up has a book to start from."""
    state = world["state"]
    for distance in range(1, BOOK_EXTENT_TICKS + 1):
        for _ in range(8):
            for side in (1, -1):
                middle = int(state["efficient_ticks"]) - state["base_px_ticks"]
                feed.limit(world, side, middle - side * distance, 3)
    state["out_records"] = 0


@kernel
def fill_out(world: np.void, until_s: float) -> bool:
    """Trade until `out` is nearly full or the time has come; returns whether it has."""
    state = world["state"]
    while state["out_records"] + ROOM_RECORDS < OUT_RECORDS:
        if state["now_s"] >= until_s:
            return True
        next_event(world)
    return False
