"""From several quotes wanted on each side to the messages that bring them about.

Even places of the targets, and even slots, are bids, odd ones asks.
"""

import numpy as np

from hft_gym.envs.working import CANCEL, MODIFY, NEW, NONE, WORKING, Wanted, send_wanted
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.priority import FAR
from hft_gym.market.risk.exposure import open_lots


@kernel
def room_lots(env: np.void, first: int, max_position_lots: int) -> int:
    """Lots that the orders of a side may have, those whose cancel is under way taken off."""
    trader = env["trader"]
    side = 1 - 2 * first
    room = max_position_lots - side * int(trader["known_position_lots"])
    for slot in range(first, len(trader["intents"]), 2):
        intent = trader["intents"][slot]
        if intent["state"] != NONE and intent["state"] != WORKING:
            room -= int(intent["leaves_lots"])
    return room


@kernel
def _limit(env: np.void, first: int, max_position_lots: int) -> None:
    """Cut the targets of a side, the later levels first, to what the position allows."""
    room = room_lots(env, first, max_position_lots)
    lots = env["target_lots"]
    for place in range(first, len(lots), 2):
        lots[place] = max(0, min(int(lots[place]), room)) if env["is_tradable"] else 0
        room -= int(lots[place])


@kernel
def _resting_at(env: np.void, first: int, px_ticks: int, taken: int) -> int:
    """A working order of a side at a price whose slot is not in the bits `taken`; -1: none."""
    intents = env["trader"]["intents"]
    for slot in range(first, len(intents), 2):
        intent = intents[slot]
        free = (taken >> slot) & 1 == 0
        if free and intent["state"] == WORKING and intent["px_ticks"] == px_ticks:
            return slot
    return -1


@kernel
def _slot_in(env: np.void, first: int, state: int, taken: int) -> int:
    """The first slot of a side in a state that is not in the bits `taken`; -1: none."""
    intents = env["trader"]["intents"]
    for slot in range(first, len(intents), 2):
        if (taken >> slot) & 1 == 0 and intents[slot]["state"] == state:
            return slot
    return -1


@kernel
def _keep(
    models: MarketModels, tape: np.void, env: np.void, first: int, max_position_lots: int
) -> tuple[int, int]:
    """Let orders at wanted prices be, too large ones cut; bits of these slots and of the levels."""
    taken, served = 0, 0
    lots, px = env["target_lots"], env["target_px_ticks"]
    for place in range(first, len(lots), 2):
        slot = _resting_at(env, first, int(px[place]), taken) if lots[place] > 0 else -1
        if slot < 0:
            continue
        taken |= 1 << slot
        served |= 1 << place
        if lots[place] < env["trader"]["intents"][slot]["leaves_lots"]:
            _ask(models, tape, env, slot, MODIFY, place, max_position_lots)
    return taken, served


@kernel
def _ask(
    models: MarketModels,
    tape: np.void,
    env: np.void,
    slot: int,
    action: int,
    place: int,
    max_position_lots: int,
) -> None:
    """Ask for what a level wants, as far as the other orders of its side leave room for it.

    They count in full, with what changes under way may have made of them: a smaller size that has
    not arrived yet gives no room.
    """
    trader = env["trader"]
    side, px_ticks = 1 - 2 * (place & 1), int(env["target_px_ticks"][place])
    room = max_position_lots - side * int(trader["known_position_lots"])
    room -= open_lots(trader, side, slot)
    if action == MODIFY:  # what works already may go on to work
        room = max(room, int(trader["intents"][slot]["leaves_lots"]))
    lots = min(int(env["target_lots"][place]), room)
    if action == NEW and lots <= 0:
        return
    wanted = Wanted(side, px_ticks, lots, int(env["target_post_only"]), 0)
    send_wanted(models, tape, env, slot, action, wanted)


@kernel
def _requote_side(
    models: MarketModels, tape: np.void, env: np.void, first: int, max_position_lots: int
) -> None:
    """What stands at a wanted price stays; the others move, then come or go."""
    _limit(env, first, max_position_lots)
    taken, served = _keep(models, tape, env, first, max_position_lots)
    lots = env["target_lots"]
    for place in range(first, len(lots), 2):
        if lots[place] == 0 or (served >> place) & 1:
            continue
        action, slot = MODIFY, _slot_in(env, first, WORKING, taken)
        if slot < 0:
            action, slot = NEW, _slot_in(env, first, NONE, taken)
        if slot >= 0:
            taken |= 1 << slot
            _ask(models, tape, env, slot, action, place, max_position_lots)
    slot = _slot_in(env, first, WORKING, taken)
    while slot >= 0:
        taken |= 1 << slot
        _ask(models, tape, env, slot, CANCEL, first, max_position_lots)
        slot = _slot_in(env, first, WORKING, taken)


@kernel
def requote_levels(
    models: MarketModels, tape: np.void, env: np.void, max_position_lots: int
) -> None:
    """Send the messages of both sides, the retreating one first so that ours never meet.

    Without a bid that stands it is the asks.
    """
    best_wanted, best = -FAR, -FAR
    for place in range(0, len(env["target_lots"]), 2):
        best_wanted = max(best_wanted, int(env["target_px_ticks"][place]))
        bid = env["trader"]["intents"][place]
        if bid["state"] != NONE:
            best = max(best, int(bid["px_ticks"]))
    bids_go_up = best_wanted > best
    _requote_side(models, tape, env, 1 if bids_go_up else 0, max_position_lots)
    _requote_side(models, tape, env, 0 if bids_go_up else 1, max_position_lots)
