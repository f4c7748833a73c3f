"""The longest tradable stretch of a tape, from the states of its packets in plain Python."""


def touch(state):
    """Best bid and ask, or None where the book is crossed or one-sided."""
    bids = [px for side, px in state.queues if side > 0]
    asks = [px for side, px in state.queues if side < 0]
    if not bids or not asks or max(bids) >= min(asks):
        return None
    return max(bids), min(asks)


def longest_run(packets):
    """(start_ns, end_ns, low_ticks, high_ticks) of the first longest run; None without any.

    A run is of live packets, one after another, that leave the book tradable; `packets` are (state,
    ended_ns) each. At 0 the file has told no time yet.
    """
    runs, run = [], []
    for state, ended_ns in packets:
        if not state.is_live:
            continue
        best = touch(state)
        if best is None:
            run = []
            continue
        if ended_ns == 0:
            continue
        if not run:
            runs.append(run)
        run.append((ended_ns, *best))
    if not runs:
        return None
    run = max(runs, key=lambda r: r[-1][0] - r[0][0])
    return run[0][0], run[-1][0], min(bid for _, bid, _ in run), max(ask for *_, ask in run)
