"""Slow twins of the features of the mid's path, of its regime and of the clock."""

import datetime as dt
import math

import numpy as np

from tests.naive.history import faded, mid


def moves(known):
    return [(t, mid(after) - mid(before)) for t, before, after in known.changes()]


def momentum(feature, known, now_ns):
    return faded(moves(known), now_ns, feature.half_life_s) / feature.scale_ticks


def volatility(feature, known, now_ns):
    """Root of the faded sum of squares over the time it averages: half-life / ln 2."""
    squares = [(t, move**2) for t, move in moves(known)]
    a_second = faded(squares, now_ns, feature.half_life_s) * math.log(2.0) / feature.half_life_s
    return math.sqrt(a_second) / feature.scale_ticks


def ema_difference(feature, known, now_ns):
    def average(half_life_s):  # above the present mid
        return -faded(moves(known), now_ns, half_life_s)

    fast, slow = average(feature.fast_half_life_s), average(feature.slow_half_life_s)
    return (fast - slow) / feature.scale_ticks


def of_closes(least):
    """A twin of (feature, closes, mid now); 0 where there are fewer closes than `least` says."""

    def wrap(twin):
        def value(feature, known, now_ns):
            closes = np.array(known.closes(feature.bar_s, now_ns))
            if len(closes) < least(feature):
                return 0.0
            return twin(feature, closes, known.last_mid())

        return value

    return wrap


@of_closes(lambda f: f.bars + 1)
def log_return(feature, closes, now):
    return 1e4 * np.log(now / closes[-1 - feature.bars]) / feature.scale_bps


@of_closes(lambda f: f.window)
def price_momentum(feature, closes, now):
    recent = closes[-feature.window :]
    return 1e4 * (recent[-1] - recent[0]) / recent[0] / feature.scale_bps


@of_closes(lambda f: f.bars + 1)
def rate_of_change(feature, closes, now):
    before = closes[-1 - feature.bars]
    return 100 * (closes[-1] - before) / before / feature.scale_percent


@of_closes(lambda f: 2 * f.bars + 1)
def acceleration(feature, closes, now):
    now, middle, before = closes[-1], closes[-1 - feature.bars], closes[-1 - 2 * feature.bars]
    return 1e4 * ((now - middle) / middle - (middle - before) / before) / feature.scale_bps


@of_closes(lambda f: 1)
def ema_deviation(feature, closes, now):
    weight = 2 / (feature.span + 1)
    ages = np.arange(len(closes))[::-1]
    weights = weight * (1 - weight) ** ages
    weights[0] /= weight  # the first close stands for all before it
    return (now - weights @ closes) / feature.scale_ticks


@of_closes(lambda f: f.window)
def price_z(feature, closes, now):
    recent = closes[-feature.window :]
    return (now - recent.mean()) / recent.std() if recent.std() > 0 else 0.0


@of_closes(lambda f: f.window)
def bollinger(feature, closes, now):
    recent = closes[-feature.window :]
    half = feature.width * recent.std()
    low, high = recent.mean() - half, recent.mean() + half
    return 2 * (now - low) / (high - low) - 1 if half > 0 else 0.0


@of_closes(lambda f: f.period + 1)
def relative_strength(feature, closes, now):
    changes, n = np.diff(closes), feature.period
    gain, loss = changes[:n].clip(0).mean(), (-changes[:n]).clip(0).mean()
    for change in changes[n:]:
        gain = (gain * (n - 1) + max(change, 0)) / n
        loss = (loss * (n - 1) + max(-change, 0)) / n
    if gain == loss == 0:
        return 0.0
    rsi = 100.0 if loss == 0 else 100 - 100 / (1 + gain / loss)
    return (rsi - 50) / 50


@of_closes(lambda f: f.period + 1)
def average_true_range(feature, closes, now):
    true_ranges = [abs(closes[i] - closes[i - 1]) for i in range(1, len(closes))]
    return np.mean(true_ranges[-feature.period :]) / feature.scale_ticks


def donchian(feature, known, now_ns):
    ends = known.bar_ends(feature.bar_s, now_ns)
    if len(ends) < feature.window:
        return 0.0
    closes = known.closes(feature.bar_s, now_ns)
    start = ends[-feature.window - 1] if len(ends) > feature.window else -math.inf
    reached = [
        mid(p.touch)
        for p in known.packets
        if p.touch and not p.is_snapshot and start <= p.ts_local_ns + known.feed_ns < ends[-1]
    ]
    reached += closes[-feature.window - 1 :]
    low, high = min(reached), max(reached)
    return 2 * (known.last_mid() - low) / (high - low) - 1 if high > low else 0.0


def vwap_deviation(feature, known, now_ns):
    trades = [(px, n) for t, _, n, px in known.all_trades if t >= known.meta.session_start_ns]
    if not trades:
        return 0.0
    vwap = sum(px * n for px, n in trades) / sum(n for _, n in trades)
    return 1e4 * (trades[-1][0] / vwap - 1.0) / feature.scale_bps


def of_returns(measure):
    """The root of a measure of the last returns."""

    @of_closes(lambda f: f.bars + 1)
    def value(feature, closes, now):
        returns = np.diff(np.log(closes))[-feature.bars :]
        return 1e4 * math.sqrt(measure(returns)) / feature.scale_bps

    return value


def realized(r):
    return (r**2).sum()


def bipower(r):
    return math.pi / 2 * (np.abs(r[1:]) * np.abs(r[:-1])).sum()


def min_rv(r):
    smaller = np.minimum(np.abs(r[1:]), np.abs(r[:-1]))
    return math.pi / (math.pi - 2) * len(r) / (len(r) - 1) * (smaller**2).sum()


def med_rv(r):
    middle = np.median(np.abs([r[:-2], r[1:-1], r[2:]]), axis=0)
    factor = math.pi / (6 - 4 * math.sqrt(3) + math.pi)
    return factor * len(r) / (len(r) - 2) * (middle**2).sum()


@of_closes(lambda f: f.bars + 1)
def jump_share(feature, closes, now):
    returns = np.diff(np.log(closes))[-feature.bars :]
    variance = realized(returns)
    return max(0.0, 1 - bipower(returns) / variance) if variance > 0 else 0.0


@of_closes(lambda f: f.window)
def annualized_volatility(feature, closes, now):
    returns = np.diff(np.log(closes[-feature.window :]))
    bars_a_year = 252 * 24 * 60 * 60 / feature.bar_s
    return np.std(returns) * math.sqrt(bars_a_year) / feature.scale


@of_closes(lambda f: f.window)
def volatility_z(feature, closes, now):
    prices, window = closes[-feature.history :], feature.window
    current_vol = np.std(np.diff(np.log(prices[-window:])))
    all_returns = np.diff(np.log(prices))
    window_vols = [
        np.std(all_returns[i : i + window]) for i in range(len(all_returns) - window + 1)
    ]
    vol_std = max(np.std(window_vols), 0.0001) if window_vols else 0.0001
    volatility = current_vol * math.sqrt(252 * 24 * 60)
    return (volatility - current_vol) / vol_std / feature.scale


@of_closes(lambda f: f.window + 1)
def volatility_regime(feature, closes, now):
    returns, window = np.diff(np.log(closes))[-feature.history :], feature.window
    vols = [np.std(returns[i : i + window]) for i in range(len(returns) - window + 1)]
    return (vols[-1] - np.mean(vols)) / np.std(vols) if np.std(vols) > 1e-12 else 0.0


def present_imbalance(feature, known):
    if not known.touch():
        return 0.0
    bid, ask = (sum(n for _, n in known.levels(s)[: feature.levels]) for s in (1, -1))
    return (bid - ask) / (bid + ask)


def imbalance_z(feature, known, now_ns):
    imbalances = known.imbalances(feature.levels, feature.bar_s, now_ns)[-feature.window :]
    if len(imbalances) < 20:
        return 0.0
    std = max(np.std(imbalances), 0.001)
    return (present_imbalance(feature, known) - np.mean(imbalances)) / std


def imbalance_momentum(feature, known, now_ns):
    y = known.imbalances(feature.levels, feature.bar_s, now_ns)[-feature.window :]
    if len(y) < feature.window:
        return 0.0
    x = np.arange(len(y))
    if np.std(x) == 0 or np.std(y) == 0:
        return 0.0
    correlation = np.corrcoef(x, y)[0, 1]
    return correlation * (np.std(y) / np.std(x)) / feature.scale


def moment(now_ns):
    return dt.datetime.fromtimestamp(now_ns // 1_000_000_000, dt.UTC)


def day_share(now_ns):
    at = moment(now_ns)
    seconds = at.hour * 3600 + at.minute * 60 + at.second + now_ns % 1_000_000_000 * 1e-9
    return seconds / 86_400


def to_session_end(feature, known, now_ns):
    return max(0, known.meta.session_end_ns - now_ns) / 1e9 / feature.scale_s


def time_of_day_sin(feature, known, now_ns):
    return math.sin(2 * math.pi * day_share(now_ns))


def time_of_day_cos(feature, known, now_ns):
    return math.cos(2 * math.pi * day_share(now_ns))


def day_of_week(feature, known, now_ns):
    return moment(now_ns).weekday() / feature.scale_days


def since_last_trade(feature, known, now_ns):
    if not known.all_trades:
        return 0.0
    return (now_ns - known.all_trades[-1][0]) / 1e9 / feature.scale_s


TWINS = {
    "Momentum": momentum,
    "Volatility": volatility,
    "Return": log_return,
    "PriceMomentum": price_momentum,
    "RateOfChange": rate_of_change,
    "Acceleration": acceleration,
    "EmaDeviation": ema_deviation,
    "EmaDifference": ema_difference,
    "PriceZ": price_z,
    "BollingerPosition": bollinger,
    "RelativeStrength": relative_strength,
    "AverageTrueRange": average_true_range,
    "DonchianPosition": donchian,
    "VwapDeviation": vwap_deviation,
    "RealizedVolatility": of_returns(realized),
    "BipowerVolatility": of_returns(bipower),
    "MinVolatility": of_returns(min_rv),
    "MedianVolatility": of_returns(med_rv),
    "JumpShare": jump_share,
    "AnnualizedVolatility": annualized_volatility,
    "VolatilityZ": volatility_z,
    "VolatilityRegime": volatility_regime,
    "ImbalanceZ": imbalance_z,
    "ImbalanceMomentum": imbalance_momentum,
    "TimeToSessionEnd": to_session_end,
    "TimeOfDaySin": time_of_day_sin,
    "TimeOfDayCos": time_of_day_cos,
    "DayOfWeek": day_of_week,
    "SinceLastTrade": since_last_trade,
}
