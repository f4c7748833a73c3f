"""Databento files: a day of MBO records, and the definition of the instrument."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import databento_dbn
import numpy as np
import zstandard
from numpy.typing import NDArray

from hft_gym.tape.generated.feed import PUBLISHER_ID
from hft_gym.tape.generated.market import GeneratedMarket
from hft_gym.tape.instrument import PRICE_UNITS

dbn: Any = databento_dbn  # its stubs call the members of its enumerations texts

DBN_VERSION = 3
ZSTD_LEVEL = 3
OPENS_NS = (14 * 3600 + 30 * 60) * 1_000_000_000  # 14:30 UTC
_ONE_DAY = timedelta(days=1)


class _Interval(NamedTuple):
    """When a symbol had which number; fields as `databento_dbn` looks for them."""

    start_date: date
    end_date: date
    symbol: str


class _Mapping(NamedTuple):
    raw_symbol: str
    intervals: tuple[_Interval, ...]


def start_ns(day: date) -> int:
    """Start of the session of a day, in ns since 1970."""
    return _midnight_ns(day) + OPENS_NS


def day_name(day: date) -> str:
    """File name of a day."""
    return f"gen-{day:%Y%m%d}.mbo.dbn.zst"


def write_dbn(path: Path, head: bytes, chunks: Iterable[NDArray[np.void] | bytes]) -> str:
    """Write one compressed DBN file; the same content gives the same bytes.

    Args:
        path: where to.
        head: encoded metadata.
        chunks: records, in order.

    Returns:
        sha256 of the file, in hex.
    """
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, threads=0).compressobj()
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for part in _compressed(compressor, head, chunks):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def _compressed(
    compressor: "zstandard.ZstdCompressionObj",
    head: bytes,
    chunks: Iterable[NDArray[np.void] | bytes],
) -> Iterable[bytes]:
    yield compressor.compress(head)
    for chunk in chunks:
        yield compressor.compress(chunk if isinstance(chunk, bytes) else chunk.view("u1").data)
    yield compressor.flush()


def day_metadata(market: GeneratedMarket, day: date) -> bytes:
    """Head of a day's file, with the mapping from symbol to number that readers show."""
    return _metadata(market, dbn.Schema.MBO, day, day + _ONE_DAY)


def definition_metadata(market: GeneratedMarket) -> bytes:
    """Head of the definition file, which is valid on all the days."""
    days = market.dates
    return _metadata(market, dbn.Schema.DEFINITION, days[0], days[-1] + _ONE_DAY)


def definition_record(market: GeneratedMarket) -> bytes:
    """The instrument as the venue would define it on the first morning."""
    days = market.dates
    announced_ns = _midnight_ns(days[0])
    expires = days[-1] + timedelta(days=365)
    return bytes(
        dbn.InstrumentDefMsg(
            publisher_id=PUBLISHER_ID,
            instrument_id=market.instrument_id,
            ts_event=announced_ns,
            ts_recv=announced_ns,
            min_price_increment=market.tick_size_e9,
            display_factor=PRICE_UNITS,
            raw_symbol=market.symbol,
            asset="GEN",
            security_type="FUT",
            instrument_class=dbn.InstrumentClass.FUTURE,
            security_update_action=dbn.SecurityUpdateAction.ADD,
            expiration=start_ns(expires),
            activation=announced_ns,
            unit_of_measure_qty=market.multiplier * PRICE_UNITS,
            min_price_increment_amount=market.tick_size_e9 * market.multiplier,
            min_trade_vol=1,
            maturity_year=expires.year,
            maturity_month=expires.month,
            currency=market.instrument.currency,
            group="GEN",
            exchange="XCME",
            cfi="FFIXSX",
            unit_of_measure="IPNT",
            match_algorithm=dbn.MatchAlgorithm.FIFO,
        )
    )


def _metadata(market: GeneratedMarket, schema: Any, first: date, end: date) -> bytes:
    interval = _Interval(first, end, str(market.instrument_id))
    mapping = _Mapping(market.symbol, (interval,))
    metadata = dbn.Metadata(
        dataset=market.instrument.dataset,
        start=_midnight_ns(first),
        stype_in=dbn.SType.RAW_SYMBOL,
        stype_out=dbn.SType.INSTRUMENT_ID,
        schema=schema,
        symbols=[market.symbol],
        mappings=[mapping],
        end=_midnight_ns(end),
        version=DBN_VERSION,
    )
    return bytes(metadata.encode())


def _midnight_ns(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * 1_000_000_000
