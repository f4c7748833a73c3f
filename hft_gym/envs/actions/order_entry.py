"""Raw order entry: one request a decision, to place, change or cancel an order in a slot."""

from enum import IntEnum
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.masks import choice_mask
from hft_gym.envs.interfaces import Room, begin_acting, carry_out
from hft_gym.envs.records import Fields
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.records import Action, Intent, OrderType, Reason, Request, TimeInForce
from hft_gym.market.risk.exposure import open_lots, raise_asked
from hft_gym.market.sending import send

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
NONE, WORKING = int(Intent.NONE), int(Intent.WORKING)
LIMIT, MARKET = int(OrderType.LIMIT), int(OrderType.MARKET)
GTC, DAY = int(TimeInForce.GTC), int(TimeInForce.DAY)
IOC, FOK = int(TimeInForce.IOC), int(TimeInForce.FOK)
ACCEPTED, NO_FREE_SLOT = int(Reason.ACCEPTED), int(Reason.NO_FREE_SLOT)
TOO_LATE, BOOK_CROSSED = int(Reason.TOO_LATE), int(Reason.BOOK_CROSSED)
RISK_LIMIT, BAD_LOTS = int(Reason.RISK_LIMIT), int(Reason.BAD_LOTS)
STATE: Fields = (("refusal_reason", "u1"),)
MOST_SLOTS = 32


class Verb(IntEnum):
    """What a request asks for."""

    NOTHING = 0
    PLACE = 1
    MODIFY = 2
    CANCEL = 3


class OrderKind(IntEnum):
    """How an order is meant, and how long it stays."""

    LIMIT = 0  # until cancelled
    POST_ONLY = 1  # until cancelled
    DAY = 2
    IOC = 3
    FOK = 4
    MARKET = 5


NOTHING, PLACE, CHANGE = int(Verb.NOTHING), int(Verb.PLACE), int(Verb.MODIFY)
TAKE_OFF = int(Verb.CANCEL)
POST_ONLY, KIND_DAY, KIND_IOC = int(OrderKind.POST_ONLY), int(OrderKind.DAY), int(OrderKind.IOC)
KIND_FOK, KIND_MARKET = int(OrderKind.FOK), int(OrderKind.MARKET)


class OrderEntry(NamedTuple):
    """Six choices: `Verb`, slot, side (0 buy, 1 sell), price, size, `OrderKind`.

    Price k lies k - `reach_ticks` ticks behind the touch of the order's own side, so that the
    choices below `reach_ticks` better it or take. Size k is (k + 1) * `unit_lots`. A change keeps
    the order's side; of its kind only post-only or not counts. A cancel needs but the slot.

    A request that cannot be meant is not sent: `env["acting"]["refusal_reason"]` tells why until
    the next one, a `market.records.Reason`: NO_FREE_SLOT (the slot is taken), TOO_LATE (no order
    of ours works there), RISK_LIMIT (the position could exceed its limit if all of our orders
    fill), BOOK_CROSSED (no touch to price from), BAD_LOTS (no such choice), TOO_MANY_MESSAGES.

    Attributes:
        slots: orders that may live at once.
        reach_ticks: how far from the touch an order may lie, either way.
        sizes: how many sizes there are.
        unit_lots: the smallest size.
    """

    slots: int = 4
    reach_ticks: int = 5
    sizes: int = 3
    unit_lots: int = 1

    def room(self) -> Room:
        """The slots, and why the last request was refused."""
        return Room(orders=self.slots, state=STATE)

    def for_rules(self) -> "OrderEntry":
        """Rules make requests, as agents do."""
        return self

    def space(self) -> gym.Space[Any]:
        """The six choices."""
        if not 1 <= self.slots <= MOST_SLOTS:
            raise ConfigError(f"action.slots must be 1 to {MOST_SLOTS}, not {self.slots}")
        if self.reach_ticks < 0 or self.sizes < 1 or self.unit_lots < 1:
            raise ConfigError(
                f"action.reach_ticks ({self.reach_ticks}) must be at least 0, action.sizes "
                f"({self.sizes}) and action.unit_lots ({self.unit_lots}) at least 1"
            )
        prices = 2 * self.reach_ticks + 1
        return gym.spaces.MultiDiscrete(
            [len(Verb), self.slots, 2, prices, self.sizes, len(OrderKind)]
        )

    def mask(self, envs: NDArray[Any], max_position_lots: int) -> NDArray[np.bool_]:
        """`[n, choices]` which choices make sense now, each choice looked at alone.

        What is masked would be refused or change nothing, whatever the other choices are; what is
        not may still be refused together with the others.
        """
        state = envs["trader"]["intents"]["state"]
        is_free, works = state == Intent.NONE, state == Intent.WORKING
        is_tradable = envs["is_tradable"].astype(np.bool_)
        sides = sides_with_room(envs, max_position_lots - self.unit_lots)
        can_place = is_tradable & is_free.any(1) & sides.any(1)
        can_change = is_tradable & works.any(1)
        verbs = np.stack([np.ones(len(envs), np.bool_), can_place, can_change, works.any(1)], 1)
        slots = (is_free & can_place[:, None]) | works
        return choice_mask(self.space().nvec, [verbs, slots, sides])  # type: ignore[attr-defined]


def sides_with_room(envs: NDArray[Any], most_lots: int) -> NDArray[np.bool_]:
    """`[n, 2]` whether the position cannot exceed `most_lots` on a side if all our orders fill."""
    trader = envs["trader"]
    intents = trader["intents"]
    held = trader["known_position_lots"]
    rooms = []
    for side in (1, -1):
        ours = (intents["side"] == side) & (intents["state"] != Intent.NONE)
        asked = np.where(intents["in_flight"] > 0, trader["asked_lots"], 0)
        lots = np.where(ours, np.maximum(intents["leaves_lots"], asked), 0).sum(1)
        rooms.append(side * held + lots <= most_lots)
    return np.stack(rooms, 1)


@kernel
def _fault(
    model: OrderEntry, env: np.void, action: NDArray[np.int64], side: int, settings: np.void
) -> int:
    """Why a request cannot be meant; ACCEPTED: it can."""
    verb, slot, lots = action[0], int(action[1]), (int(action[4]) + 1) * model.unit_lots
    is_slot = 0 <= slot < model.slots
    state = env["trader"]["intents"][slot if is_slot else 0]["state"]
    if not is_slot or (verb == PLACE and state != NONE):
        return NO_FREE_SLOT
    if verb != PLACE and state != WORKING:
        return TOO_LATE
    if verb == TAKE_OFF:
        return ACCEPTED
    if not env["is_tradable"]:
        return BOOK_CROSSED
    if not (0 <= action[4] < model.sizes and 0 <= action[5] <= KIND_MARKET):
        return BAD_LOTS
    others = open_lots(env["trader"], side, slot)
    held = side * int(env["trader"]["known_position_lots"])
    return ACCEPTED if held + others + lots <= settings["max_position_lots"] else RISK_LIMIT


@kernel
def _request(model: OrderEntry, env: np.void, action: NDArray[np.int64], side: int) -> Request:
    """The message that a request means."""
    verb, kind = action[0], action[5]
    touch = int(env["bid_ticks"] if side > 0 else env["ask_ticks"])
    px_ticks = touch - side * (int(action[3]) - model.reach_ticks)
    lots = (int(action[4]) + 1) * model.unit_lots
    post_only = 1 if kind == POST_ONLY else 0
    order_type, tif = LIMIT, GTC
    if verb == PLACE:
        order_type = MARKET if kind == KIND_MARKET else LIMIT
        if kind == KIND_DAY:
            tif = DAY
        elif kind == KIND_FOK:
            tif = FOK
        elif kind in (KIND_IOC, KIND_MARKET):
            tif = IOC
        return Request(NEW, side, px_ticks, lots, order_type, tif, post_only)
    if verb == CHANGE:
        return Request(MODIFY, side, px_ticks, lots, order_type, tif, post_only)
    return Request(CANCEL, side, px_ticks, 0, order_type, tif, 0)


@begin_acting.implement(OrderEntry)
def _begin(model: OrderEntry, env: np.void) -> None:
    env["acting"]["refusal_reason"] = ACCEPTED


@carry_out.implement(OrderEntry)
def _carry_out(
    model: OrderEntry,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: NDArray[np.int64],
    settings: np.void,
) -> None:
    acting, trader = env["acting"], env["trader"]
    acting["refusal_reason"] = ACCEPTED
    if action[0] <= NOTHING or action[0] > TAKE_OFF:
        return
    side, slot = 1 if action[2] == 0 else -1, int(action[1])
    if action[0] != PLACE and 0 <= slot < model.slots:
        side = int(trader["intents"][slot]["side"])
    fault = _fault(model, env, action, side, settings)
    if fault != ACCEPTED:
        acting["refusal_reason"] = fault
        return
    request = _request(model, env, action, side)
    if action[0] == CHANGE:  # until it is answered, the larger size may fill
        raise_asked(trader, slot, request.lots)
    told = send(market, tape, trader, env["ts_local_ns"], slot, request)
    if told < 0:
        acting["refusal_reason"] = -told
