"""Steady load on the web servers, and the log of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from judges.sandbox import Sandbox

from lab import browsers
from lab.events import NothingMeasured, Request


class WebLoad:
    """Browsers on one host that ask a web server at a steady rate, each request on a connection of its own.

    It is an open loop: a request begins when its time has come, whether the earlier ones are answered or not. One of
    `new_every` requests is for a new session, the others belong to the sessions so far, in turn, by their JSESSIONID
    cookie. As a context manager it runs meanwhile, and is ended with the block whatever happens in it:

        with WebLoad(box, "10.20.30.10", tmp / "web") as load:
            ...
        requests = load.requests()

    `box` is the host; None asks from the machine itself. `log` is a file to be; errors of the program go beside it.
    `rate` is in requests a second, `limit` the seconds after which a request is given up (a timeout), `count` how many
    requests it is, 0 for as many as there is time for.
    """

    def __init__(
        self,
        box: Sandbox | None,
        address: str,
        log: Path,
        *,
        port: int = 80,
        host: str = "",
        path: str = "/ajax/login",
        rate: float = 50,
        new_every: int = 5,
        limit: float = 40,
        count: int = 0,
    ) -> None:
        self.plan = browsers.Plan(address, port, host or address, path, rate, new_every, limit, count)
        self.log = log
        self._errors = log.with_name(f"{log.name}.errors")
        # Its network alone: the host's own mounts may hide this program.
        self._inside = ["nsenter", f"--target={box.pid}", "--net"] if box else []
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to ask; return when the first request is over. Raises NothingMeasured where none is in time."""
        program = [sys.executable, "-I", browsers.__file__, json.dumps(asdict(self.plan))]
        with self.log.open("w") as log, self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [*self._inside, *program], stdin=subprocess.PIPE, stdout=log, stderr=errors, text=True
            )
        end = time.monotonic() + self.plan.limit + 10
        while time.monotonic() < end:
            if self.requests():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        raise NothingMeasured(f"the web load did not begin: {self._errors.read_text() or 'no request ended'}")

    def wait(self) -> list[Request]:
        """Wait for a load of `count` requests and return them."""
        assert self._process, "it was not started"
        self._process.wait(self.plan.count / self.plan.rate + self.plan.limit + 30)
        return self._done()

    def stop(self) -> list[Request]:
        """Begin nothing more, wait for what is under way, at most its time limit, and return all requests."""
        assert self._process, "it was not started"
        if self._process.poll() is None:
            assert self._process.stdin
            self._process.stdin.write("end\n")
            self._process.stdin.flush()
            self._process.wait(self.plan.limit + 30)
        return self._done()

    def kill(self) -> None:
        """End it at once; what is under way is not logged."""
        if self._process:
            self._process.kill()
            self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()

    def requests(self) -> list[Request]:
        """Return the requests that are over, in the order in which they ended."""
        return requests(self.log.read_text("utf-8"))

    def __enter__(self) -> WebLoad:
        self.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.stop()
        finally:
            self.kill()

    def _done(self) -> list[Request]:
        assert self._process
        if self._process.returncode:
            raise NothingMeasured(f"the web load broke off: {self._errors.read_text()}")
        return self.requests()


def requests(text: str) -> list[Request]:
    """Read the log of `browsers`. A last line without its end is left out; one that is none raises ValueError."""
    *lines, _torn = text.split("\n")
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            begin, end, status, *words = line.split("\t")
            error, wanted, route, session = ("" if word == "-" else word for word in words)
            times = (float(begin), float(end))
            found.append(Request(*times, int(status), wanted, route, session, error))
        except ValueError:
            raise ValueError(f"line {number} is no line of the web load: {line[:200]}") from None
    return found
