"""Databento's historical service: what a request costs, and its data, a day at a time.

The key comes from the environment alone and is struck out of every message.
"""

import base64
import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.dbn import open_dbn

KEY_NAME = "DATABENTO_API_KEY"
REQUEST = "request.json"  # what a folder of downloads holds

_ADVICE = {
    401: f"the vendor does not accept the key in {KEY_NAME}; check it",
    402: "the vendor asks for payment; check the account's billing",
    403: "the account may not have these data; check its subscriptions",
    429: "too many requests; wait a while",
}
_CHUNK_BYTES = 1 << 24
_NO_SYMBOL = "symbology_invalid_request"
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """Which records.

    Attributes:
        dataset: code such as `GLBX.MDP3`.
        symbols: as `stype_in` has them.
        schema: such as `mbo`.
        stype_in: such as `raw_symbol` or `continuous`.
    """

    dataset: str
    symbols: tuple[str, ...]
    schema: str
    stype_in: str


@dataclass(frozen=True, slots=True)
class Span:
    """From a time (UTC) until before another."""

    start: dt.datetime
    end: dt.datetime

    def days(self) -> list["Span"]:
        """The parts of the span, cut at midnight."""
        cuts = [self.start]
        while cuts[-1] < self.end:
            midnight = dt.datetime.combine(cuts[-1].date() + _ONE_DAY, dt.time(), dt.UTC)
            cuts.append(min(midnight, self.end))
        return [Span(a, b) for a, b in pairwise(cuts)]

    def file_name(self, request: Request) -> str:
        """As the vendor names the file of a day; parts of a day tell their times."""
        stem = f"{request.dataset.lower().replace('.', '-')}-{self.start:%Y%m%d}"
        if self.start.time() != dt.time() or self.end - self.start != _ONE_DAY:
            stem += f"T{self.start:%H%M%S%f}-{self.end:%Y%m%dT%H%M%S%f}"
        return f"{stem}.{request.schema}.dbn.zst"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the vendor says before anything is bought."""

    cost_usd: float
    size_bytes: int
    records: int


class NoSymbolError(InputError):
    """On this day there was none of the symbols."""


class Vendor:
    """A client of the service.

    Raises:
        InputError: the client library or the key is missing.
    """

    def __init__(self) -> None:
        self._key = os.environ.get(KEY_NAME, "").strip()
        if not self._key:
            raise InputError(f"set {KEY_NAME} to your Databento key; there is none")
        try:
            import databento
        except ImportError:
            raise InputError(
                "downloads need the databento package; pip install 'hft_gym[databento]'"
            ) from None
        with self.plain_errors("cannot start the client"):
            self._client = databento.Historical(self._key)

    def estimate(self, request: Request, spans: list[Span]) -> Estimate:
        """Cost, size and number of records of some spans.

        Raises:
            InputError: the service refuses, or cannot be reached.
        """
        cost_usd, size_bytes, records = 0.0, 0, 0
        metadata = self._client.metadata
        with self.plain_errors("no estimate"):
            for span in spans:
                query = _query(request, span)
                cost_usd += float(metadata.get_cost(**query))
                size_bytes += int(metadata.get_billable_size(**query))
                records += int(metadata.get_record_count(**query))
        return Estimate(cost_usd, size_bytes, records)

    def download(self, request: Request, span: Span, path: Path) -> None:
        """Write the records of a span; the file has its name only when it is whole.

        Raises:
            NoSymbolError: there was none of the symbols.
            InputError: the service refuses, or the transfer fails.
        """
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        try:
            with self.plain_errors(f"no data of {span.start:%Y-%m-%d}"):
                self._client.timeseries.get_range(**_query(request, span), path=part)
                for _ in open_dbn(part).record_bytes(_CHUNK_BYTES):
                    pass  # reading to the end finds what is cut off or damaged
                os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def submit(self, request: Request, span: Span) -> str:
        """Order a batch job, with a file for each day; its id.

        Raises:
            InputError: the service refuses, or cannot be reached.
        """
        with self.plain_errors("no batch job"):
            return str(self._client.batch.submit_job(**_query(request, span))["id"])

    def job_state(self, job_id: str) -> str:
        """State of a job: `queued`, `processing`, `done` or `expired`.

        Raises:
            InputError: the account has no such job, or the service cannot be reached.
        """
        with self.plain_errors(f"no state of {job_id}"):
            jobs = self._client.batch.list_jobs(states="queued,processing,done,expired")
        for job in jobs:
            if job["id"] == job_id:
                return str(job["state"])
        raise InputError(f"the account has no job {job_id}; check the id")

    def download_job(self, job_id: str, folder: Path) -> Path:
        """Folder of a job's files.

        Raises:
            InputError: the service refuses, or the transfer fails.
        """
        with self.plain_errors(f"no files of {job_id}"):
            self._client.batch.download(job_id, folder)
        return folder / job_id

    @contextmanager
    def plain_errors(self, what: str) -> Iterator[None]:
        """Errors of the client and of the network as one line without the key."""
        import requests
        from databento.common.error import BentoError, BentoHttpError
        from databento_dbn import DBNError

        try:
            yield
        except BentoHttpError as error:
            kind = NoSymbolError if _NO_SYMBOL in str(error) else InputError
            advice = _ADVICE.get(error.http_status) or self.scrubbed(str(error))
            raise kind(f"{what}: {advice} ({error.http_status})") from None
        except requests.exceptions.RequestException as error:
            raise InputError(
                f"{what}: the service cannot be reached ({self.scrubbed(type(error).__name__)}); "
                "check the network and run the command again"
            ) from None
        except (BentoError, DBNError, ValueError, KeyError) as error:
            raise InputError(
                f"{what}: {self.scrubbed(str(error))}; run the command again"
            ) from None
        except OSError as error:
            raise InputError(f"{what}: {self.scrubbed(str(error))}; check the folder") from None

    def scrubbed(self, text: str) -> str:
        """One line of a text, the key struck out."""
        login = base64.b64encode(f"{self._key}:".encode()).decode()
        line = " ".join(text.split())
        return line.replace(self._key, "***").replace(login, "***")


def check_folder(folder: Path, request: Request) -> None:
    """Days of another request are not to be taken for days of this one.

    Raises:
        InputError: the folder belongs to another one.
    """
    path = folder / REQUEST
    try:
        other = path.is_file() and path.read_text() != _as_text(request)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; choose another folder") from error
    if other:
        raise InputError(f"{folder} holds another download, see {path}; choose another folder")


def claim_folder(folder: Path, request: Request) -> None:
    """Make a folder that belongs to a request.

    Raises:
        InputError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REQUEST).write_text(_as_text(request))
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}; choose another") from error


def time_of(text: str) -> dt.datetime:
    """Time (UTC) of an ISO date or time.

    Raises:
        ConfigError: it is none.
    """
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no time; give one like 2024-01-02") from None
    return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _query(request: Request, span: Span) -> dict[str, Any]:
    return {
        "dataset": request.dataset,
        "symbols": list(request.symbols),
        "schema": request.schema,
        "stype_in": request.stype_in,
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
    }


def _as_text(request: Request) -> str:
    return json.dumps(asdict(request), indent=2) + "\n"
