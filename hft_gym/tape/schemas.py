"""The schemas that tapes are made of, and what turns the records of each into rows.

Another schema is one entry of `SCHEMAS`: how its records lie, the class that resolves them, and
which prices of a record lie on the grid of ticks.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.mbp import LevelsResolver, TradesWithTouchResolver
from hft_gym.tape.records import ADD, MBO, MBP_1, MBP_10, MODIFY, TBBO, TRADES, Layout
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.session import Session, SessionHours
from hft_gym.tape.trades import TradesResolver


class RowWriter(Protocol):
    """Records of one instrument in, rows of a tape out."""

    def feed(self, records: NDArray[np.void], files: ColumnFiles) -> None:
        """Write the rows of every packet that has ended; keep what is open."""

    def finish(self, files: ColumnFiles) -> Session:
        """Write what is still open and say when the session was."""

    @property
    def actions(self) -> dict[str, int]:
        """Records of each action."""

    @property
    def anomalies(self) -> dict[str, int]:
        """Oddities of each kind that was met."""

    @property
    def observed(self) -> dict[str, int]:
        """Counts of what may be the nature of the source; only kinds that were met."""


class Schema(NamedTuple):
    """How to make a tape of one schema.

    Attributes:
        layout: how its records lie.
        writer: called with tick size in units of 1e-9, the session's bounds, and the source's name.
        prices: `[m]` prices in units of 1e-9 that `[n]` records hold, on the grid of ticks.
    """

    layout: Layout
    writer: Callable[[int, SessionHours, str], RowWriter]
    prices: Callable[[NDArray[np.void]], NDArray[np.int64]]


def _of_orders(records: NDArray[np.void]) -> NDArray[np.int64]:
    return records["price"][np.isin(records["action"], [ADD, MODIFY])]


def _of_levels(records: NDArray[np.void]) -> NDArray[np.int64]:
    levels = records["by_level"]
    bids, asks = levels["bid_e9"], levels["ask_e9"]
    return np.concatenate([bids[levels["bid_lots"] > 0], asks[levels["ask_lots"] > 0]])


def _of_trades(records: NDArray[np.void]) -> NDArray[np.int64]:
    return records["price"]


# The one that shows most comes first.
SCHEMAS: dict[str, Schema] = {
    schema.layout.schema: schema
    for schema in (
        Schema(MBO, Resolver, _of_orders),
        Schema(MBP_10, LevelsResolver, _of_levels),
        Schema(MBP_1, LevelsResolver, _of_levels),
        Schema(TBBO, TradesWithTouchResolver, _of_levels),
        Schema(TRADES, TradesResolver, _of_trades),
    )
}


def check_schema(wanted: str | None) -> None:
    """Refuse a schema that no tape is made of.

    Raises:
        ConfigError: no tape is made of it.
    """
    if wanted is not None and wanted not in SCHEMAS:
        raise ConfigError(f"no tape is made of schema {wanted!r}; choose one of {_listed()}")


def schema_of(file: DbnFile, wanted: str | None = None) -> Schema | None:
    """What a file's tape would be made of, or None where there is nothing of the kind in it.

    Args:
        file: of one schema, or a mixed capture, of which the schema that shows most is taken.
        wanted: a name out of `SCHEMAS`; None leaves the choice to the file. A fragment holds what
            the user says as long as its records look like that.
    """
    if wanted is not None and (file.schema is None or file.is_fragment):
        fits = SCHEMAS[wanted].layout.rtype in file.rtypes()
        return SCHEMAS[wanted] if fits else None
    if file.schema is None:
        there = file.rtypes()
        return next((s for s in SCHEMAS.values() if s.layout.rtype in there), None)
    return SCHEMAS.get(file.schema) if wanted in (None, file.schema) else None


def require_schema(file: DbnFile, wanted: str | None = None) -> Schema:
    """As `schema_of`, or an error.

    Raises:
        InputError: no tape can be made of the file, or not of the schema that is wanted.
    """
    found = schema_of(file, wanted)
    if found is None:
        holds = file.schema or "no records of market data in its first part"
        raise InputError(
            f"{file.path} holds {holds}, need {wanted or _listed()}: download that schema instead"
        )
    return found


def _listed() -> str:
    return ", ".join(list(SCHEMAS)[:-1]) + f" or {list(SCHEMAS)[-1]}"
