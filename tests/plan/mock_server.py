"""A server with the OpenAI interface that answers every prompt with tokens of one word, for
tests of the tools that measure such servers.  Standard library only."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._send({"object": "list", "data": [{"id": "m1", "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        count = body.get("max_completion_tokens") or body.get("max_tokens") or 8
        chat = "chat" in self.path
        usage = {"prompt_tokens": 16, "completion_tokens": count, "total_tokens": 16 + count}
        time.sleep(0.01)
        if not body.get("stream"):
            part = {"message": {"role": "assistant", "content": " the" * count}}
            self._send({"id": "x", "object": "chat.completion", "choices": [part], "usage": usage})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        kind = "chat.completion.chunk" if chat else "text_completion"
        for _ in range(count):
            part = {"delta": {"content": " the", "role": "assistant"}} if chat else {"text": " the"}
            self._chunk({"id": "x", "object": kind, "model": "m1", "choices": [part]})
            time.sleep(0.001)
        self._chunk({"id": "x", "object": kind, "model": "m1", "choices": [], "usage": usage})
        self._raw(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunk(self, data: object) -> None:
        self._raw(b"data: " + json.dumps(data).encode() + b"\n\n")

    def _raw(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tools hang up in the middle of things when they are done."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """Serves on a free port of this machine while it is entered; ``url`` is its address."""

    def __enter__(self) -> Server:
        self._http = _Listening(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
