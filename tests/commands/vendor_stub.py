"""A local server that speaks as much of Databento's HTTP API as the client calls."""

import base64
import datetime as dt
import hashlib
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "db-0123456789abcdefghijklmnopqrstuv"
JOB = "GLBX-20240105-ABCDEFGHIJ"


class Stub:
    """What the server has and what it was asked.

    Attributes:
        days: content of each day's file, by ISO date; no symbol on other days.
        calls: (method, query) of what was asked.
        cut: ISO dates whose transfer breaks off in the middle.
        failure: (status, body) given to everything but `spared`.
        states: of the batch job, one for each time it is asked for.
    """

    def __init__(self, days):
        self.days, self.calls, self.cut = days, [], set()
        self.failure, self.spared = None, ()
        self.states = ["queued", "done"]
        self.spoilt = False
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                stub.answer(self, {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                stub.answer(self, {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def asked(self, method):
        return [query for name, query in self.calls if name == method]

    def answer(self, handler, query):
        method = urlsplit(handler.path).path.removeprefix("/v0/")
        self.calls.append((method, query))
        login = base64.b64encode(f"{KEY}:".encode()).decode()
        if handler.headers["Authorization"] != f"Basic {login}":
            # a server that repeats what it was sent must not bring the key to the screen
            said = base64.b64decode(handler.headers["Authorization"].split()[1]).decode()
            return self._send(handler, 401, {"detail": f"no key {said[:-1]}"})
        if self.failure and method not in self.spared:
            return self._send(handler, self.failure[0], self.failure[1])
        found = getattr(self, "_" + method.replace(".", "_"))(query)
        if method == "timeseries.get_range":
            return self._send_day(handler, query, found)
        return self._send(handler, 200, found)

    def _span_days(self, query):
        start, end = (dt.datetime.fromisoformat(query[name]) for name in ("start", "end"))
        return [day for day in self.days if start.date().isoformat() <= day < end.isoformat()]

    def _metadata_get_cost(self, query):
        return 1.25 * len(self._span_days(query))

    def _metadata_get_billable_size(self, query):
        return 1_000_000 * len(self._span_days(query))

    def _metadata_get_record_count(self, query):
        return 1_000 * len(self._span_days(query))

    def _timeseries_get_range(self, query):
        return self.days.get(query["start"][:10])

    def _batch_submit_job(self, query):
        return {"id": JOB, "state": "received"}

    def _batch_list_jobs(self, query):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return [{"id": "ANOTHER", "state": "done"}, {"id": JOB, "state": state}]

    def _batch_download(self, query):
        files = {f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst": d for day, d in self.days.items()}
        manifest = [
            {
                "filename": name,
                "size": len(data),
                "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
            }
            for name, data in files.items()
        ]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("manifest.json", json.dumps({"job_id": JOB, "files": manifest}))
            for name, data in files.items():
                archive.writestr(name, data[:-1] if self.spoilt else data)
        return packed.getvalue()

    def _send_day(self, handler, query, data):
        if data is None:
            detail = {"case": "symbology_invalid_request", "message": "None resolved", "docs": ""}
            return self._send(handler, 422, {"detail": detail})
        kept = data[: len(data) // 2] if query["start"][:10] in self.cut else data
        return self._send(handler, 200, kept, length=len(data))

    def _send(self, handler, status, content, length=None):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(length or len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True
