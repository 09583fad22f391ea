"""Browsers at a steady rate: a program of its own, so that nothing else of the lab keeps them waiting.

It runs in the network of a client and writes a line for each request that is over:

    BEGIN END STATUS ERROR WANTED ROUTE SESSION

apart by tabs, times in seconds since the epoch, `-` for what is empty. The line `end` on its input ends it when the
last request is over; the end of its input, which is the death of whoever started it, ends it at once. Standard library
alone: it runs isolated from everything that is installed.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import resource
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

SESSIONS = 500
"""How many sessions are kept alive; the oldest is left for a new one."""

_ANSWER = re.compile(r"^(\S+) (\S+) (\S+\.\S+)\r?$", re.MULTILINE)
_COOKIE = re.compile(r"^Set-Cookie: JSESSIONID=([^;\r]+)", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(r"^Content-Length: *(\d+)", re.MULTILINE | re.IGNORECASE)
_CHUNKED = re.compile(r"^Transfer-Encoding: *chunked", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What is asked. A request that takes longer than `limit` seconds is given up; `count` 0 asks until the end."""

    address: str
    port: int
    host: str
    path: str
    rate: float
    new_every: int
    limit: float
    count: int


@dataclass
class Session:
    """A browser's cookie. Where another node answers with a new one, the browser takes it, as browsers do."""

    cookie: str
    route: str


@dataclass(frozen=True)
class Answer:
    status: int
    error: str = ""
    route: str = ""
    session: str = ""
    cookie: str = ""


def read_answer(reply: bytes) -> Answer:
    """Return what a reply says. One that breaks off is no answer, whatever its status."""
    head, separator, body = reply.decode("latin-1").partition("\r\n\r\n")
    status = _STATUS.match(head)
    if not status or not separator:
        return Answer(0, "closed")
    length = _LENGTH.search(head)
    whole = body.endswith("0\r\n\r\n") if _CHUNKED.search(head) else not length or len(body) == int(length[1])
    if not whole:
        return Answer(int(status[1]), "closed")
    answer, cookie = _ANSWER.search(body), _COOKIE.search(head)
    route, session = (answer[1], answer[3]) if answer else ("", "")
    return Answer(int(status[1]), "", route, session, cookie[1] if cookie else "")


class Browsers:
    """Begins requests by the clock, however long the earlier ones take."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sessions: deque[Session] = deque(maxlen=SESSIONS)
        self.over = asyncio.Event()

    async def run(self) -> None:
        asyncio.get_running_loop().add_reader(0, self._told)
        start = time.monotonic()
        running: set[asyncio.Task[None]] = set()
        number = 0
        while not self.over.is_set() and (not self.plan.count or number < self.plan.count):
            task = asyncio.create_task(self._ask(self._session(number)))
            running.add(task)
            task.add_done_callback(running.discard)
            number += 1
            pause = start + number / self.plan.rate - time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), max(pause, 0))
        await asyncio.gather(*running)

    def _told(self) -> None:
        if not os.read(0, 64):
            os._exit(1)
        self.over.set()

    def _session(self, number: int) -> Session | None:
        """Return the session whose turn it is, None for a new one."""
        if not self.sessions or number % self.plan.new_every == 0:
            return None
        self.sessions.rotate(-1)
        return self.sessions[-1]

    async def _ask(self, session: Session | None) -> None:
        wanted = session.route if session else ""
        begin, clock = time.time(), time.monotonic()
        answer = await self._answer(session.cookie if session else "")
        # The machine's clock may be set meanwhile; how long it took may not depend on that.
        end = begin + time.monotonic() - clock
        fields = (str(answer.status), answer.error, wanted, answer.route, answer.session)
        sys.stdout.write("\t".join((f"{begin:.6f}", f"{end:.6f}", *(one or "-" for one in fields))) + "\n")
        if answer.status != 200 or not answer.cookie or not answer.route:
            return
        if session:
            session.cookie, session.route = answer.cookie, answer.route
        else:
            self.sessions.append(Session(answer.cookie, answer.route))

    async def _answer(self, cookie: str) -> Answer:
        try:
            async with asyncio.timeout(self.plan.limit):
                return read_answer(await self._reply(cookie))
        except ConnectionRefusedError:
            return Answer(0, "refused")
        except TimeoutError:
            return Answer(0, "timeout")
        except (ConnectionResetError, BrokenPipeError):
            return Answer(0, "reset")
        except OSError as error:
            return Answer(
                0, "unreachable" if error.errno in UNREACHABLE else errno.errorcode[error.errno or 0]
            )

    async def _reply(self, cookie: str) -> bytes:
        reader, writer = await asyncio.open_connection(self.plan.address, self.plan.port)
        try:
            lines = [f"GET {self.plan.path} HTTP/1.1", f"Host: {self.plan.host}", "Connection: close"]
            lines += [f"Cookie: JSESSIONID={cookie}"] if cookie else []
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
            return await reader.read()
        finally:
            writer.close()


UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN)


def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A stall keeps as many connections open as begin in the time limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]

    async def browse() -> None:
        await Browsers(Plan(**json.loads(sys.argv[1]))).run()

    asyncio.run(browse())


if __name__ == "__main__":
    main()
