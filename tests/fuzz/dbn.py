"""Damaged DBN files by the thousand: python -m tests.fuzz.dbn --cases 100000 --seed 0.

Each case is one file, named by its seed and number. It may end in one clear error with nothing left
behind, or in a tape that agrees with the naive book after every packet. Anything else is told, and
the file kept where `--keep` says; `--case N` tries one again. With NUMBA_BOUNDSCHECK=1 an index out
of bounds is an error of its case, instead of a crash later or never.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.judge import input_of, judge, warm
from tests.fuzz.workers import run

TELL_EVERY_S = 30.0


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int, help="this one alone")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds a case may take")
    parser.add_argument("--keep", type=Path, help="folder for the files that were judged wrong")
    return parser.parse_args(words)


def keep(folder, seed, found):
    folder.mkdir(parents=True, exist_ok=True)
    for case, what in found:
        data, name = input_of(seed, case)
        (folder / f"{seed}-{case}-{name}").write_bytes(data)
        (folder / f"{seed}-{case}.txt").write_text(what)


def main(words=None):
    given = arguments(words)
    cases = range(given.cases) if given.case is None else [given.case]
    start_s = told_s = time.monotonic()

    def tell(findings):
        nonlocal told_s
        if time.monotonic() - told_s > TELL_EVERY_S:
            told_s = time.monotonic()
            print(
                f"{sum(findings.ends.values())} of {len(cases)}: {dict(findings.ends)}", flush=True
            )

    findings = run(judge, given.seed, cases, given.workers, given.timeout, warm, tell)
    taken_s = time.monotonic() - start_s
    for case, what in findings.wrong:
        print(f"\nseed {given.seed} case {case}: {what.strip()}")
    if given.keep and findings.wrong:
        keep(given.keep, given.seed, findings.wrong)
    rate = len(cases) / taken_s
    print(f"\n{len(cases)} cases, {rate:.0f} a second: {dict(findings.ends)}")
    print(f"{len(findings.wrong)} wrong")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
