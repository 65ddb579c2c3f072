"""A server of OpenAI's protocol on this machine; the test writes its replies."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StubModel:
    """The replies, the faults to simulate, and the requests received."""

    def __init__(self) -> None:
        self.url = ""
        self.says = ""  # streamed in pieces of piece_chars
        self.piece_chars = 3
        self.reasons = ""  # before it says anything
        self.raw: bytes | None = None  # is sent instead, as it is
        self.status = 200
        self.refuses_temperature = False
        self.breaks_off = False  # in the middle of what it says
        self.pause_s = 0.0  # between two pieces
        self.go_on = threading.Event()  # is waited for half-way
        self.go_on.set()
        self.models = ["stub-1", "stub-2"]
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []

    def passages(self, row: int = -1) -> list[dict[str, Any]]:
        """Return the passages that it was asked about."""
        return list(json.loads(self.asked[row]["messages"][-1]["content"])["passages"])


@contextmanager
def stub_model() -> Iterator[StubModel]:
    """Run the server."""
    stub = StubModel()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            self._note()
            self._send("application/json", json.dumps({"data": [{"id": name} for name in stub.models]}).encode())

        def do_POST(self) -> None:
            self._note()
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            stub.asked.append(asked)
            if stub.refuses_temperature and "temperature" in asked:
                self._send("application/json", b"{}", 400)
            elif stub.status != 200:
                self._send("application/json", b'{"error": {"message": "<b>no</b>"}}', stub.status)
            elif stub.raw is not None:
                self._send("text/event-stream", stub.raw)
            else:
                self._stream()

        def _note(self) -> None:
            stub.paths.append(self.path)
            stub.keys.append(self.headers.get("Authorization"))

        def _send(self, kind: str, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self._send("text/event-stream", b": a comment\n\n")
            deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
            deltas += [{"reasoning": stub.reasons}] if stub.reasons else []
            size = stub.piece_chars
            deltas += [{"content": stub.says[at : at + size]} for at in range(0, len(stub.says), size)]
            try:
                for row, delta in enumerate(deltas):
                    if row == len(deltas) // 2:
                        stub.go_on.wait(60)
                        if stub.breaks_off:
                            return
                    self._event({"choices": [{"delta": delta}]})
                    time.sleep(stub.pause_s)
                self._event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
                self._event({"choices": [], "usage": {"total_tokens": 7}})
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                return  # The client closed the connection.

        def _event(self, event: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield stub
    finally:
        stub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
