"""What a pair of LOBSTER files is about: its tape tells it."""

from pathlib import Path

from hft_gym.commands.support.facts import Facts
from hft_gym.commands.support.tape_facts import tape_facts
from hft_gym.errors import InputError
from hft_gym.tape.lobster import build_lobster_tape, lobster_pairs

_LISTED = 10


def lobster_facts(source: Path, instrument: str | None = None, cache: Path | None = None) -> Facts:
    """Everything about a pair of LOBSTER files; its tape is built, or opened.

    Args:
        source: one of the two files, or a folder of one pair.
        instrument: ticker of the pair, where a folder holds several.
        cache: folder of the tapes.

    Raises:
        InputError: there is no such pair, there are several, or no tape can be made of it.
    """
    pairs = lobster_pairs(source, instrument)
    if len(pairs) > 1:
        names = ", ".join(pair.message.name for pair in pairs[:_LISTED])
        more = f" and {len(pairs) - _LISTED} more" if len(pairs) > _LISTED else ""
        raise InputError(f"{source} holds several pairs: {names}{more}; give one of these files")
    (pair,) = pairs
    facts = tape_facts(build_lobster_tape(pair.message, cache=cache))
    facts.path, facts.orderbook_path = str(pair.message), str(pair.orderbook)
    facts.form, facts.version = "LOBSTER", None
    return facts
