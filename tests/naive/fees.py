"""The slow twins of the fee schedules: exact fractions, one lot at a time."""

from fractions import Fraction


def _lot(model, px_ticks, is_maker):
    """Microticks of one lot by a schedule that looks at nothing else."""
    name = "maker" if is_maker else "taker"
    if hasattr(model, "maker_bps"):
        return round(Fraction(getattr(model, f"{name}_bps")) * abs(px_ticks) * 100)
    return round(Fraction(getattr(model, f"{name}_ticks")) * 1_000_000)


def fee_microticks(model, traded_lots, px_ticks, lots, is_maker):
    """Fee of a fill after `traded_lots` of the episode."""
    if hasattr(model, "lots_before"):
        volume = model.lots_before + traded_lots
        tiers = [(0, model.first), (model.second_from_lots, model.second)]
        tiers.append((model.third_from_lots, model.third))
        model = [tier for start, tier in tiers if volume >= start][-1]
    if hasattr(model, "fills"):
        model = model.fills
    return sum(_lot(model, px_ticks, is_maker) for _ in range(lots))
