"""Run by an interpreter that has hftbacktest: sequences on stdin, what it fills on stdout, JSON.

Alone of all files here it must not import hft_gym: the peer wants other versions of NumPy.
"""

import json
import sys
from typing import Any

import hftbacktest as peer
import numpy as np
from hftbacktest.order import GTX, LIMIT

MS = 1_000_000
START_NS = 1_000_000_000
QTY = 100_000.0
MODELS = {
    "risk_averse": "risk_adverse_queue_model",
    "power": "power_prob_queue_model",
    "power2": "power_prob_queue_model2",
    "power3": "power_prob_queue_model3",
    "log": "log_prob_queue_model",
    "log2": "log_prob_queue_model2",
}


def _events(level: int, sequence: list[list[Any]]) -> Any:
    rows = [("depth", "buy", 100.0, level), ("depth", "sell", 103.0, 5)]
    rows += [(kind, "buy" if kind == "depth" else "sell", 100.0, lots) for kind, lots in sequence]
    rows += [("depth", "sell", 104.0, 5)]
    kinds = {"depth": peer.DEPTH_EVENT, "trade": peer.TRADE_EVENT}
    sides = {"buy": peer.BUY_EVENT, "sell": peer.SELL_EVENT}
    out = np.zeros(len(rows), peer.event_dtype)
    for k, (kind, side, px, lots) in enumerate(rows):
        ts = START_NS + (k if k < 2 else k + 10) * MS
        flags = peer.EXCH_EVENT | peer.LOCAL_EVENT | kinds[kind] | sides[side]
        out[k] = (flags, ts, ts, px, lots, 0, 0, 0.0)
    return out


def filled(case: dict[str, Any], model: str, n: float | None, lot_size: float) -> float:
    """How much of a large bid at 100 fills that joins `level` and lives through a sequence."""
    events = _events(case["level"], case["sequence"])  # the peer keeps the address alone
    asset = peer.BacktestAsset().data(events).linear_asset(1.0)
    asset = getattr(asset.constant_order_latency(1, 1), MODELS[model])(*([] if n is None else [n]))
    asset = asset.partial_fill_exchange().trading_value_fee_model(0.0, 0.0)
    run = peer.HashMapMarketDepthBacktest([asset.tick_size(1.0).lot_size(lot_size)])
    run.elapse(1)
    run.elapse(4 * MS)
    run.submit_buy_order(0, 1, 100.0, QTY, GTX, LIMIT, False)
    run.elapse(3_600 * 1_000 * MS)
    leaves = float(run.orders(0).get(1).leaves_qty)
    run.close()
    del events
    return QTY - leaves


def main() -> None:
    """Answer each request `[model, n, lot_size, cases]` with what fills in each case."""
    requests = json.load(sys.stdin)
    json.dump([[filled(case, *about) for case in cases] for *about, cases in requests], sys.stdout)


if __name__ == "__main__":
    main()
