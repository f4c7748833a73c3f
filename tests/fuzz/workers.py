"""Cases in processes of their own, so that a crash or a hang is a finding and not the end."""

import multiprocessing
import resource
import shutil
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

MEMORY_BYTES = 8 << 30


@dataclass
class Findings:
    """How cases ended, and what must not happen: (case, what) each."""

    ends: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)


class Worker:
    """A process that judges its share of the cases, one after another."""

    def __init__(self, judge, warm, seed, cases):
        self.cases = list(cases)
        self._judge, self._warm, self._seed, self._done = judge, warm, seed, 0
        self._start()

    def _start(self):
        context = multiprocessing.get_context("spawn")  # nothing inherited, as a user starts
        self.link, other = context.Pipe(duplex=False)
        arguments = (self._judge, self._warm, self._seed, self.cases[self._done :], other)
        self._process = context.Process(target=_work, args=arguments, daemon=True)
        self._process.start()
        other.close()
        self._heard_s = None  # until it is ready: compiling may take minutes
        self.is_done = not self.cases

    def listen(self, findings, timeout_s):
        """Take what has come; start again after a crash or a hang."""
        crashed = False
        try:
            while self.link.poll():
                end, what = self.link.recv()
                self._heard_s = time.monotonic()
                if end != "ready":
                    self._end_case(findings, end, what)
        except EOFError:
            self._process.join()
            crashed = True
        silent_s = 0.0 if self._heard_s is None else time.monotonic() - self._heard_s
        if self._done == len(self.cases):
            self.is_done = True
        elif crashed:
            self._restart(findings, f"crash: exit code {self._process.exitcode}")
        elif silent_s > timeout_s:
            self._process.kill()
            self._process.join()
            self._restart(findings, f"hang: more than {timeout_s:g} s")

    def _end_case(self, findings, end, what):
        findings.ends[end] += 1
        if what:
            findings.wrong.append((self.cases[self._done], what))
        self._done += 1

    def _restart(self, findings, what):
        self._end_case(findings, what.split(":")[0], what)
        if self._done < len(self.cases):
            self._start()
        else:
            self.is_done = True


def _work(judge, warm, seed, cases, link):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with tempfile.TemporaryDirectory() as folder:
        if warm is not None:
            warm(Path(folder))
            emptied(folder)
        link.send(("ready", None))
        for case in cases:
            try:
                result = judge(seed, case, Path(folder)), None
            except Exception as error:  # any that is not for users is what we look for
                text = "".join(traceback.format_exception(error)[-3:])
                result = type(error).__name__, text
            link.send(result)
            emptied(folder)


def emptied(folder):
    """The folder without what a case left in it."""
    for path in Path(folder).iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def run(judge, seed, cases, workers=1, timeout_s=20.0, warm=None, tell=None):
    """Findings of cases.

    Args:
        judge: importable function of (seed, case, empty folder).
        seed: of all cases.
        cases: their numbers.
        workers: processes.
        timeout_s: a case that takes longer hangs.
        warm: importable function of (empty folder) that every process calls first, to compile.
        tell: called now and then with the findings so far.
    """
    findings = Findings()
    cases = list(cases)
    shares = [cases[k::workers] for k in range(workers)]
    crew = [Worker(judge, warm, seed, share) for share in shares if share]
    while not all(worker.is_done for worker in crew):
        time.sleep(0.02)
        for worker in crew:
            if not worker.is_done:
                worker.listen(findings, timeout_s)
        if tell is not None:
            tell(findings)
    findings.wrong.sort(key=lambda found: found[0])
    return findings
