"""A market of a few rows whose every price is known, and environments in it."""

import numpy as np

from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.grid import ByTime
from hft_gym.features.book import Spread
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.tape.rows import Kind
from tests.random_tapes import START_NS, TapeWriter

MS = 1_000_000
STEP_MS = 10
QUICK = constant_latency(1 * MS, 1 * MS)  # news of a decision is back before the next
BOOK = ((1, 100, 5), (1, 99, 10), (-1, 103, 3), (-1, 104, 4))


def still_market(steps=20, book=BOOK, rows=()):
    """A book that stands still but for `rows` of (ms, kind, side, px, lots, key)."""
    writer = TapeWriter()
    for side, px, lots in book:
        writer.add(side, px, lots)
    writer.send(START_NS)
    for ms, *row in sorted(rows):
        writer.row(*row)
        writer.send(START_NS + ms * MS)
    end_ms = steps * STEP_MS
    writer.row(Kind.FILL, 1, 90, 1)  # nothing, so that the tape is as long as the session
    writer.send(START_NS + end_ms * MS)
    tape = writer.tape((START_NS, START_NS + end_ms * MS + 1))
    return Dataset.of([tape], ByTime(STEP_MS), (Spread(),))


def core_in(dataset, models, first=1, decisions=10, num_envs=1, **options):
    """Environments without latency to speak of that begin at decision `first`."""
    models = models._replace(market=models.market._replace(latency=QUICK))
    options = {"max_position_lots": 100, **options}
    core = BatchCore(
        dataset, models, num_envs, episode_decisions=decisions, autoreset=False, **options
    )
    core.reset(np.arange(num_envs))
    core.reset_at(np.tile([0, first, first + decisions], (num_envs, 1)))
    return core
