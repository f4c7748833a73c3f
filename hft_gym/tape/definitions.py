"""Facts of an instrument: from the user, a definition file, well-known contracts, or the prices."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape.dbn import DbnFile, open_dbn, starts_of_type
from hft_gym.tape.grid import step_of_prices, ticks_e9
from hft_gym.tape.instrument import PRICE_UNITS, Instrument
from hft_gym.tape.known_roots import Contract, is_us_equity, known_root
from hft_gym.tape.records import RTYPE_DEFINITION, UNDEF_PRICE, WORD

_UNDEF_MULTIPLIER = 2**31 - 1
_UNDEF_TIMES = (0, 2**64 - 1)
_CHUNK_BYTES = 1 << 24
_CENT = 10_000_000
_ENDINGS = (".dbn", ".dbn.zst", ".dbn.frag", ".dbn.frag.zst")


class Definition(NamedTuple):
    """What a definition record says of an instrument; no tick size: 0.

    Fields as in `Instrument`; `ts_recv_ns` is when it was said.
    """

    ts_recv_ns: int
    symbol: str
    contract: Contract
    expiration_ns: int | None
    match_algorithm: str
    instrument_class: str
    asset: str
    exchange: str


def definition_files(folder: Path) -> list[DbnFile]:
    """Definition files of a folder, in order of their names."""
    return [file for file in dbn_files(folder) if file.schema == "definition"]


def dbn_files(folder: Path) -> list[DbnFile]:
    """DBN files of a folder by their names' endings; those that cannot be read are left out."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith(_ENDINGS):
            try:
                found.append(open_dbn(path))
            except InputError:
                continue
    return found


def instrument_facts(
    file: DbnFile,
    instrument_id: int,
    definitions: Iterable[DbnFile],
    first_prices: tuple[NDArray[np.int64], int],
    tick_size: float | None = None,
    symbol: str | None = None,
) -> tuple[Instrument, str]:
    """The instrument, and where its tick size is from.

    Args:
        file: the file of market data.
        instrument_id: which of its instruments.
        definitions: definition files that may know it.
        first_prices: `[n]` prices of the instrument in units of 1e-9, the last resort, and the time
            of the first of them in ns.
        tick_size: what the user says, in points; goes first.
        symbol: of the instrument; None: as the file maps the id.

    Raises:
        ConfigError: `tick_size` is not a positive multiple of 1e-9.
        InputError: nothing tells the tick size.
    """
    prices_e9, ts_ns = first_prices
    if symbol is None:
        symbol = file.symbols().get(instrument_id, str(instrument_id))
    found = definition_of(definitions, file.dataset, (instrument_id, symbol), ts_ns)
    contract, origin = _contract(file.dataset, symbol, found)
    if tick_size is not None:
        tick_e9, origin = ticks_e9(tick_size), "user"
    elif contract is not None and contract.tick_size_e9 > 0:
        tick_e9 = contract.tick_size_e9
    else:
        tick_e9, origin = step_of_prices(file.path, prices_e9), "prices"
    multiplier, currency = (contract.multiplier, contract.currency) if contract else (1.0, "USD")
    instrument = Instrument(
        symbol=found.symbol if found is not None and found.symbol else symbol,
        instrument_id=instrument_id,
        dataset=file.dataset,
        tick_size_e9=tick_e9,
        multiplier=float(multiplier),
        currency=currency,
    )
    return instrument if found is None else _with_rest(instrument, found), origin


def definition_of(
    files: Iterable[DbnFile], dataset: str, instrument: tuple[int, str], ts_ns: int
) -> Definition | None:
    """The latest definition of an instrument that was known at a time, or else the first after it.

    Args:
        files: definition files, or mixed captures.
        dataset: files of another one are passed over; empty where nothing tells.
        instrument: id and symbol.
        ts_ns: capture time.
    """
    best: Definition | None = None
    for file in files:
        if dataset and file.dataset not in (dataset, ""):
            continue
        for found in _definitions_in(file, *instrument):
            if best is None or _fits_better(found, best, ts_ns):
                best = found
    return best


def _fits_better(one: Definition, other: Definition, ts_ns: int) -> bool:
    if other.ts_recv_ns <= ts_ns:
        return other.ts_recv_ns <= one.ts_recv_ns <= ts_ns
    return one.ts_recv_ns < other.ts_recv_ns


def _contract(dataset: str, symbol: str, found: Definition | None) -> tuple[Contract | None, str]:
    if found is not None and found.contract.tick_size_e9 > 0:
        return found.contract, "definition"
    root = known_root(dataset, symbol)
    if root is not None:
        return root, "known roots"
    if is_us_equity(dataset):
        return Contract(_CENT, 1.0), "dataset"
    return found.contract if found is not None else None, "prices"


def _definitions_in(file: DbnFile, instrument_id: int, symbol: str) -> Iterable[Definition]:
    is_raw = "." not in symbol and not symbol.isdigit()
    for data, _ in file.record_bytes(_CHUNK_BYTES):
        starts = starts_of_type(data, RTYPE_DEFINITION, 16)
        ids = data[starts[:, None] + np.arange(4, 8)].view("<u4")[:, 0]
        for start in starts[ids == instrument_id]:
            try:
                record = _decoded(file, data[start : start + WORD * int(data[start])])
                found = _of_record(record)
            except (databento_dbn.DBNError, ValueError) as error:
                raise InputError(
                    f"{file.path}: damaged definition of instrument {instrument_id} ({error}); "
                    "download or copy it again"
                ) from None
            # an id may belong to another instrument on another day
            if not is_raw or found.symbol == symbol:
                yield found


def _decoded(file: DbnFile, record: NDArray[np.uint8]) -> Any:
    decoder = databento_dbn.DBNDecoder(
        has_metadata=False, ts_out=file.metadata.ts_out, input_version=file.version
    )
    decoder.write(record.tobytes())
    return decoder.decode()[0]


def _of_record(record: Any) -> Definition:
    tick_e9 = record.min_price_increment
    if not 0 < tick_e9 < UNDEF_PRICE:
        tick_e9 = 0
    multiplier = 1.0
    if 0 < record.contract_multiplier < _UNDEF_MULTIPLIER:
        multiplier = float(record.contract_multiplier)
    elif 0 < record.unit_of_measure_qty < UNDEF_PRICE:
        multiplier = record.unit_of_measure_qty / PRICE_UNITS
    expiration_ns = int(record.expiration)
    return Definition(
        ts_recv_ns=int(record.ts_recv),
        symbol=record.raw_symbol,
        contract=Contract(tick_e9, multiplier, record.currency or "USD"),
        expiration_ns=None if expiration_ns in _UNDEF_TIMES else expiration_ns,
        match_algorithm=str(record.match_algorithm).strip(),
        instrument_class=str(record.instrument_class).strip(),
        asset=record.asset,
        exchange=record.exchange,
    )


def _with_rest(instrument: Instrument, found: Definition) -> Instrument:
    return replace(
        instrument,
        expiration_ns=found.expiration_ns,
        match_algorithm=found.match_algorithm,
        instrument_class=found.instrument_class,
        asset=found.asset,
        exchange=found.exchange,
    )
