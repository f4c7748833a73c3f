"""The command `hft-gym`: finds the commands, reads the arguments, runs one, reports what failed.

A command is a module of `hft_gym.commands` with NAME, HELP, `add_arguments(parser)` and
`run(options)`, which returns the exit status; its docstring is the long help. Nothing else names
it. Modules are imported for every call: heavy imports belong inside `run`.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

import hft_gym
from hft_gym import commands
from hft_gym.errors import HftGymError

FAILED, INTERRUPTED, NOBODY_READS = 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status is returned.

    Args:
        arguments: of the command line; those of the process if not given.
    """
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()  # a reader that has gone is noticed here and not at the exit
    except HftGymError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return NOBODY_READS
    return status


def found_commands() -> list[ModuleType]:
    """Modules of the commands, in the order of their names."""
    names = [m.name for m in pkgutil.iter_modules(commands.__path__) if not m.ispkg]
    modules = [importlib.import_module(f"hft_gym.commands.{n}") for n in names if n != "main"]
    return sorted(modules, key=lambda module: str(module.NAME))


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Leave with the status of bad input."""
        self.exit(FAILED, f"error: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="hft-gym",
        description="Prepare and look at order-by-order market data.",
        epilog="hft-gym COMMAND --help explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"hft-gym {hft_gym.__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in found_commands():
        subparser = subparsers.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def _drop_output() -> None:
    """Let the interpreter's last flush go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
