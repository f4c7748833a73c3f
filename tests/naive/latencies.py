"""The slow twins of the delay models: whole Python numbers, rows counted one by one."""

import math
from fractions import Fraction

MASK = (1 << 64) - 1


class NaiveRandom:
    """SplitMix64 from a start state."""

    def __init__(self, state):
        self.state = int(state)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.bits() >> 11) / 2**53

    def normal(self):
        radius = math.sqrt(-2.0 * math.log(1.0 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def delay_of(model, random, ts_exchange_ns, ts_ns, lots):
    """Nanoseconds of one message by a model of any kind; `ts_exchange_ns`: a list of all rows."""
    if hasattr(model, "base"):
        base = delay_of(model.base, random, ts_exchange_ns, ts_ns, lots)
        if hasattr(model, "ns_per_lot"):
            return base + model.ns_per_lot * lots
        window = [t for t in ts_exchange_ns if ts_ns - model.window_ns < t <= ts_ns]
        return base + model.ns_per_event * len(window)
    return SIMPLE[type(model).__name__](model, random)


def _uniform(model, random):
    return model.low_ns + math.floor(random.uniform() * (model.high_ns - model.low_ns + 1))


def _lognormal(model, random):
    return model.least_ns + int(model.median_ns * math.exp(model.sigma * random.normal()))


def _empirical(model, random):
    place = random.uniform() * (len(model.quantiles_ns) - 1)
    low, high = model.quantiles_ns[int(place)], model.quantiles_ns[int(place) + 1]
    return low + int(Fraction(place - int(place)) * (high - low))


SIMPLE = {
    "NoDelay": lambda model, random: 0,
    "Constant": lambda model, random: model.ns,
    "Uniform": _uniform,
    "LogNormal": _lognormal,
    "Empirical": _empirical,
}


def known_ns_of(tape, model, state):
    """When the rows are seen: packet by packet, none before the one that came earlier."""
    random, known, packet, before = NaiveRandom(state), [], [], 0
    ts = tape.ts_exchange_ns.tolist()
    for row in range(len(tape)):
        packet.append(row)
        if tape.flags[row] & 1 or row + 1 == len(tape):
            now = int(tape.ts_local_ns[row])
            before = max(before, now + delay_of(model, random, ts, now, len(packet)))
            known += [before] * len(packet)
            packet = []
    return known
