"""Facts of an instrument: from the user, a definition file, well-known contracts, or the prices."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.dbn import RTYPE_DEFINITION, UNDEF_PRICE, DbnFile, open_dbn, records_of_type
from hft_gym.tape.instrument import PRICE_UNITS, Instrument
from hft_gym.tape.known_roots import Contract, is_us_equity, known_root

_UNDEF_MULTIPLIER = 2**31 - 1
_CHUNK_BYTES = 1 << 24
_CENT = 10_000_000


def definition_files(folder: Path) -> list[DbnFile]:
    """Definition files of a folder, in order of their names."""
    return [file for file in dbn_files(folder) if file.schema == "definition"]


def dbn_files(folder: Path) -> list[DbnFile]:
    """DBN files of a folder by their names' endings; those that cannot be read are left out."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith((".dbn", ".dbn.zst")):
            try:
                found.append(open_dbn(path))
            except InputError:
                continue
    return found


def instrument_facts(
    file: DbnFile,
    instrument_id: int,
    definitions: Iterable[DbnFile],
    first_records: NDArray[np.void],
    tick_size: float | None = None,
) -> tuple[Instrument, str]:
    """The instrument, and where its tick size is from.

    Args:
        file: the MBO file.
        instrument_id: which of its instruments.
        definitions: definition files that may know it.
        first_records: `[n]` MBO records of the instrument; their prices are the last resort.
        tick_size: what the user says, in points; goes first.

    Raises:
        ConfigError: `tick_size` is not a positive multiple of 1e-9.
        InputError: nothing tells the tick size.
    """
    symbol = file.symbols().get(instrument_id, str(instrument_id))
    dataset = file.metadata.dataset
    contract, origin = _contract(file, instrument_id, symbol, definitions)
    if tick_size is not None:
        tick_e9, origin = ticks_e9(tick_size), "user"
    elif contract is not None and contract.tick_size_e9 > 0:
        tick_e9 = contract.tick_size_e9
    else:
        tick_e9, origin = step_of_prices(file.path, first_records), "prices"
    multiplier, currency = (contract.multiplier, contract.currency) if contract else (1.0, "USD")
    return Instrument(symbol, instrument_id, dataset, tick_e9, float(multiplier), currency), origin


def ticks_e9(tick_size: float) -> int:
    """Tick size in units of 1e-9.

    Raises:
        ConfigError: it is not positive.
    """
    in_units = round(float(tick_size) * PRICE_UNITS) if np.isfinite(tick_size) else 0
    if in_units <= 0:
        raise ConfigError(f"tick_size {tick_size!r} is not a price step; give one like 0.25")
    return in_units


def step_of_prices(path: Path, records: NDArray[np.void]) -> int:
    """Greatest common divisor of the prices of orders, in units of 1e-9.

    Raises:
        InputError: there are fewer than two prices to tell it from.
    """
    books = np.isin(records["action"], [ord("A"), ord("M")])
    prices = np.unique(records["price"][books & (records["price"] != UNDEF_PRICE)])
    if len(prices) < 2:
        raise InputError(f"{path}: nothing tells the tick size; give tick_size")
    return int(np.gcd.reduce(prices))


def _contract(
    file: DbnFile, instrument_id: int, symbol: str, definitions: Iterable[DbnFile]
) -> tuple[Contract | None, str]:
    dataset = file.metadata.dataset
    defined = None
    for definition in definitions:
        if definition.metadata.dataset == dataset:
            defined = _defined(definition, instrument_id, symbol) or defined
    if defined is not None and defined.tick_size_e9 > 0:
        return defined, "definition"
    root = known_root(dataset, symbol)
    if root is not None:
        return root, "known roots"
    if is_us_equity(dataset):
        return Contract(_CENT, 1.0), "dataset"
    return defined, "prices"


def _defined(file: DbnFile, instrument_id: int, symbol: str) -> Contract | None:
    """What a definition file says of an instrument, the last time it does."""
    found = None
    is_raw = "." not in symbol and not symbol.isdigit()
    for data, _ in file.record_bytes(_CHUNK_BYTES):
        _, starts = records_of_type(data, RTYPE_DEFINITION, 16)
        ids = data[starts[:, None] + np.arange(4, 8)].view("<u4")[:, 0]
        for start in starts[ids == instrument_id]:
            record = _decoded(file, data[start : start + 4 * int(data[start])])
            # an id may belong to another instrument on another day
            if not is_raw or record.raw_symbol == symbol:
                found = _contract_of(record)
    return found


def _decoded(file: DbnFile, record: NDArray[np.uint8]) -> Any:
    decoder = databento_dbn.DBNDecoder(
        has_metadata=False, ts_out=file.metadata.ts_out, input_version=file.version
    )
    decoder.write(record.tobytes())
    return decoder.decode()[0]


def _contract_of(record: Any) -> Contract:
    tick_e9 = record.min_price_increment
    if not 0 < tick_e9 < UNDEF_PRICE:
        tick_e9 = 0
    multiplier = 1.0
    if 0 < record.contract_multiplier < _UNDEF_MULTIPLIER:
        multiplier = float(record.contract_multiplier)
    elif 0 < record.unit_of_measure_qty < UNDEF_PRICE:
        multiplier = record.unit_of_measure_qty / PRICE_UNITS
    return Contract(tick_e9, multiplier, record.currency or "USD")
