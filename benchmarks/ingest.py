"""How fast files become tapes: python -m benchmarks.ingest [--json] [--records N].

Before anything is timed the results are checked: against the vendor's reader record by record, and
against a count of actions. Speeds of a file are set beside bare decompression of the same file,
measured turn by turn in the same run, since other work on the machine slows both.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import databento
import numpy as np
import zstandard
from numpy.typing import NDArray

from benchmarks.machine import arguments, machine, show
from hft_gym.book.ladder import apply_rows
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.decoding import chunks_ahead
from hft_gym.tape.generated import GeneratedMarket, dbn_files
from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.world import new_world
from hft_gym.tape.l3 import resolve
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.orders import BookMemory, Stop

ROUNDS = 5  # the best one counts: the others were disturbed
SLICE_RECORDS = 1 << 14  # short enough for a slice to be left in peace now and then
VENDOR_RECORDS = 10_000_000  # the vendor's reader holds all of them in memory, twice
MARKET = GeneratedMarket(days=64, session_s=34_200)
READ_BYTES = 1 << 17


def flow(records: int) -> Iterator[NDArray[np.void]]:
    """The first so many records of generated days, one after another."""
    left, open_ticks = records, float(MARKET.start_px_ticks)
    for place, day in enumerate(MARKET.dates):
        world = new_world(MARKET, place, dbn_files.start_ns(day), open_ticks)
        for chunk in day_records(world, MARKET.session_s):
            yield chunk[:left]
            left -= len(chunk[:left])
            if left == 0:
                return
        open_ticks = float(world["state"]["efficient_ticks"])


def source_file(records: int) -> Path:
    """A generated file of so many records in the cache folder, written if it is not there."""
    folder = cache_root() / "benchmarks" / f"ingest-{records}"
    path, definition = folder / "ingest.mbo.dbn.zst", folder / "definition.dbn.zst"
    if not path.is_file():
        print(f"generating {records:,} records", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        head, what = dbn_files.definition_metadata(MARKET), dbn_files.definition_record(MARKET)
        dbn_files.write_dbn(definition, head, [what])
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            whole = Path(fresh) / path.name
            head = dbn_files.day_metadata(MARKET, MARKET.dates[0])
            dbn_files.write_dbn(whole, head, flow(records))
            whole.replace(path)
    return path


def decompress(path: Path) -> None:
    """Nothing but zstd, into one buffer."""
    buffer = bytearray(1 << 20)
    with path.open("rb", buffering=0) as file:
        reader = zstandard.ZstdDecompressor().stream_reader(
            file, read_size=READ_BYTES, read_across_frames=True
        )
        while reader.readinto(buffer):
            pass


def build(path: Path) -> None:
    """The whole way from the file to a tape that is open; nothing is there before."""
    folder = Path(tempfile.mkdtemp(prefix=".ingest-", dir=cache_root()))
    try:
        build_tapes(path, cache=folder)
    finally:
        shutil.rmtree(folder)


def to_ndarray(path: Path) -> Any:
    """The vendor's reader."""
    return databento.DBNStore.from_file(path).to_ndarray()


def best_together_s(works: list[Callable[[], Any]]) -> list[float]:
    """Seconds of the least disturbed round of each work; they take turns."""
    times = []
    for _ in range(ROUNDS):
        took = []
        for work in works:
            start = perf_counter()
            work()
            took.append(perf_counter() - start)
        times.append(took)
    return np.min(times, axis=0).tolist()


def book_alone(chunks: list[NDArray[np.void]]) -> tuple[BookMemory, list[float]]:
    """Records through the L3 book without writing rows: the book, and seconds of each chunk."""
    memory = BookMemory(MARKET.tick_size_e9, is_writing=False)
    times = []
    for chunk in chunks:
        done, start = 0, perf_counter()
        while done < len(chunk):
            done = resolve(memory.books, chunk, done)
            if Stop(int(memory.book["stop"])) == Stop.NEEDS_ROOM:
                memory.grow()
        times.append(perf_counter() - start)
    return memory, times


def book_events_per_s(chunks: list[NDArray[np.void]]) -> float:
    """Records a second: of each slice of the stream the least disturbed of several passes."""
    slices = [
        chunk[first : first + SLICE_RECORDS]
        for chunk in chunks
        for first in range(0, len(chunk), SLICE_RECORDS)
    ]
    times = [book_alone(slices)[1] for _ in range(2 * ROUNDS)]
    return sum(map(len, slices)) / float(np.min(times, axis=0).sum())


def replay_events_per_s(tape: MarketTape) -> float:
    """Rows a second through a ladder of the day's prices."""
    low, high = int(tape.px_ticks.min()), int(tape.px_ticks.max())
    ladder = np.zeros(2 * (high - low + 1), np.int32)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
    slices = [(k, min(k + (1 << 17), len(tape))) for k in range(0, len(tape), 1 << 17)]

    def one_pass() -> list[float]:
        ladder[:] = 0
        times = []
        for rows in slices:
            start = perf_counter()
            apply_rows(ladder, low, *columns, rows)
            times.append(perf_counter() - start)
        return times

    one_pass()
    return len(tape) / float(np.min([one_pass() for _ in range(ROUNDS)], axis=0).sum())


def records_of(path: Path, most: int) -> list[NDArray[np.void]]:
    """Read-only copies of the first chunks, up to so many records."""
    chunks: list[NDArray[np.void]] = []
    for chunk, _ in chunks_ahead(open_dbn(path)):
        chunks.append(chunk.copy())
        chunks[-1].flags.writeable = False
        if sum(map(len, chunks)) >= most:
            break
    return chunks


def check(path: Path, tape: MarketTape, chunks: list[NDArray[np.void]], records: int) -> None:
    """Stop unless the tape and the book alone say what the vendor's reader says.

    Raises:
        AssertionError: they do not.
    """
    if sum(tape.meta.records.values()) != records or tape.meta.anomalies:
        raise AssertionError(f"records lost or odd: {tape.meta.records} {tape.meta.anomalies}")
    memory, _ = book_alone(chunks)
    own = np.bincount(np.concatenate([chunk["action"] for chunk in chunks]), minlength=256)
    if not np.array_equal(memory.book["action_count"], own):
        raise AssertionError("the book alone lost records")
    if records <= VENDOR_RECORDS:
        theirs, first = to_ndarray(path), 0
        for chunk in chunks:
            for name in ("order_id", "price", "size", "ts_event", "ts_recv", "flags"):
                if not np.array_equal(theirs[name][first : first + len(chunk)], chunk[name]):
                    raise AssertionError(f"{name} is not what the vendor's reader reads")
            first += len(chunk)
        if int(memory.book["rows"]) != len(tape):
            raise AssertionError("the book alone and the tape disagree about rows")


def peak_rss_mb(path: Path) -> float:
    """Most memory that a fresh process had at hand while it built the tape, in MB."""
    # not getrusage: that figure is inherited from the process that starts this one
    code = (
        "import sys; from pathlib import Path; from benchmarks.ingest import build; "
        "build(Path(sys.argv[1])); status = Path('/proc/self/status').read_text(); "
        "print(status.split('VmHWM:')[1].split()[0])"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=root, env=os.environ, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout) / 1024


def measure(records: int) -> dict[str, Any]:
    """The figures, by name."""
    enable_cache()
    path = source_file(records)
    chunks = records_of(path, min(records, VENDOR_RECORDS))
    folder = Path(tempfile.mkdtemp(prefix=".ingest-", dir=cache_root()))
    try:
        tape = build_tapes(path, cache=folder)[0]
        check(path, tape, chunks, records)
        book, replay = book_events_per_s(chunks), replay_events_per_s(tape)
    finally:
        shutil.rmtree(folder)
    del chunks, tape
    works = [lambda: decompress(path), lambda: build(path)]
    if records <= VENDOR_RECORDS:
        works.append(lambda: to_ndarray(path))
    speeds = [records / took for took in best_together_s(works)]
    return {
        "records": records,
        "zstd_records_per_s": round(speeds[0]),
        "dbn_to_tape_records_per_s": round(speeds[1]),
        "ratio_to_zstd": round(speeds[1] / speeds[0], 3),
        "book_events_per_s": round(book),
        "databento_to_ndarray_records_per_s": round(speeds[2]) if len(speeds) > 2 else None,
        "ratio_to_databento": round(speeds[1] / speeds[2], 2) if len(speeds) > 2 else None,
        "tape_replay_events_per_s": round(replay),
        "peak_rss_mb": round(peak_rss_mb(path), 1),
        "machine": machine(),
    }


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--records", type=int, default=5_000_000, help="of the generated file")
    figures = measure((options := parser.parse_args()).records)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
