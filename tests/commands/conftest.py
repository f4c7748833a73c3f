"""The vendor's client, pointed at a local server."""

import functools

import databento
import pytest

from hft_gym.commands.support.vendor import KEY_NAME
from tests.commands.vendor_stub import KEY, Stub
from tests.dbn_files import LAST, START_NS, mbo, write

DAY_NS = 86_400_000_000_000


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """The server; it has 2024-01-02 to 2024-01-04."""
    days = {}
    for number in range(3):
        rows = [("A", "B", 1, 10, 1, LAST), ("A", "A", 2, 12, 1, LAST), ("A", "B", 3, 9, 1, LAST)]
        path = tmp_path / "day.dbn.zst"
        write(path, mbo(*rows, start_ns=START_NS + number * DAY_NS))
        days[f"2024-01-0{2 + number}"] = path.read_bytes()
        path.unlink()
    server = Stub(days)
    # the client would speak TLS to any gateway
    monkeypatch.setattr("databento.historical.client.validate_gateway", lambda url: url)
    client = functools.partial(databento.Historical, gateway=server.address)
    monkeypatch.setattr(databento, "Historical", client)
    monkeypatch.setenv(KEY_NAME, KEY)
    yield server
    server.close()
