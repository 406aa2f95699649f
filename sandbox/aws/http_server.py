"""An HTTP server for moto that keeps connections open: three times werkzeug's own speed."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class KeepAliveHandler(MotoRequestHandler):
    """Reads each request whole before it is answered, so that the connection can be reused.

    Werkzeug's handler closes every connection and waits 10 ms for bytes nobody sends.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 300

    def handle_expect_100(self) -> bool:
        """Leave the interim answer to `run_wsgi`, which knows that the body is wanted."""
        return True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
            environ["CONTENT_LENGTH"] = str(len(body))
            del environ["HTTP_TRANSFER_ENCODING"]
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        status, headers, content = self._respond(environ)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        bodiless = int(code) in {204, 304} or self.command == "HEAD"
        sized = any(name.lower() == "content-length" for name, _ in headers)
        for name, value in headers:
            self.send_header(name, value)
        if not sized and int(code) != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not bodiless:
            self.wfile.write(content)
        self.wfile.flush()

    def _respond(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], None]:
            started.append((status, headers))
            return lambda data: None

        chunks = self.server.app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started[-1]
        return status, headers, content

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a training run makes thousands of requests."""

    def log_error(self, format: str, *args: Any) -> None:
        """Write protocol errors where the part's log is; an idle client is no error."""
        if not format.startswith("Request timed out"):
            sys.stderr.write((format % args) + "\n")


def serve(application: Application, port: int) -> BaseWSGIServer:
    """Bind the application on loopback; the caller runs `serve_forever`."""
    return make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=KeepAliveHandler
    )
