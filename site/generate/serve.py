"""`PYTHONPATH=site python -m generate.serve`: shows the built site to this machine alone."""

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main() -> None:
    """Serve a folder until somebody ends it."""
    parser = argparse.ArgumentParser(prog="generate.serve", description="Shows the built site.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    arguments = parser.parse_args()
    handler = partial(SimpleHTTPRequestHandler, directory=arguments.folder)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", arguments.port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        sys.exit(f"port {arguments.port}: {reason}; choose another one: make serve PORT=8080")
    with server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.exit(130)


if __name__ == "__main__":
    main()
