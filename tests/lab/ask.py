"""One request to a web server, sent as it is written, and what a node of the lab answered."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from judges.sandbox import Sandbox

PATIENCE = 40.0


@dataclass(frozen=True)
class Answer:
    """What a client got: the status, and of a node's answer its route, servlet and session; `body` is all of it."""

    status: int
    body: str
    route: str = ""
    servlet: str = ""
    session: str = ""
    cookie: str = ""


def ask(box: Sandbox, address: str, target: str, cookie: str = "", post: bytes | None = None) -> Answer:
    """Ask for `target` from the machine `box`. Raises OSError where nobody answers."""
    with box.network():
        connection = socket.create_connection((address, 80), timeout=PATIENCE)
    with connection:
        headers = f"Host: {address}\r\nConnection: close\r\n"
        if cookie:
            headers += f"Cookie: JSESSIONID={cookie}\r\n"
        if post is not None:
            headers += f"Content-Type: application/octet-stream\r\nContent-Length: {len(post)}\r\n"
        method = "GET" if post is None else "POST"
        connection.sendall(f"{method} {target} HTTP/1.1\r\n{headers}\r\n".encode("latin-1") + (post or b""))
        reply = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
    head, _, body = reply.partition("\r\n\r\n")
    status = re.match(r"HTTP/1.1 (\d+)", head)
    assert status, reply
    answer = re.search(r"^(\S+) (\S+) (\S+\.\S+)$", body, re.MULTILINE)
    found = answer.groups() if answer else ("", "", "")
    made = re.search(r"^Set-Cookie: JSESSIONID=([^;\r]+)", head, re.MULTILINE | re.IGNORECASE)
    return Answer(int(status[1]), body, *found, made[1] if made else "")
