"""What a web server says to the connector of an OX node."""

from __future__ import annotations

import socket


def _string(text: str) -> bytes:
    return len(text).to_bytes(2) + text.encode() + b"\0"


class Ajp:
    """A connection of a web server: what AJP13 needs to ask for one thing after the other."""

    def __init__(self, address: str, port: int = 8009) -> None:
        self.socket = socket.create_connection((address, port), timeout=10)

    def __enter__(self) -> Ajp:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, packet: bytes) -> None:
        self.socket.sendall(b"\x12\x34" + len(packet).to_bytes(2) + packet)

    def receive(self) -> bytes:
        head = self._exactly(4)
        assert head[:2] == b"AB", head
        return self._exactly(int.from_bytes(head[2:]))

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self.socket.recv(size - len(got))
            if not more:
                raise ConnectionResetError("the node closed the connection")
            got += more
        return got

    def ping(self) -> bool:
        self.send(b"\x0a")
        return self.receive() == b"\x09"

    def ask(self, target: str, body: bytes = b"") -> tuple[int, str]:
        """Ask for `target`, with `body` as a POST; return the status and the text of the answer.

        A node that closes the connection is a ConnectionError.
        """
        path, _, query = target.partition("?")
        headers = b"\x00\x01\xa0\x08" + _string(str(len(body))) if body else b"\x00\x00"
        words = b"".join(_string(text) for text in ("HTTP/1.1", path, "192.0.2.7", "client", "web"))
        ask = b"\x02" + (b"\x04" if body else b"\x02") + words + (80).to_bytes(2) + b"\0" + headers
        self.send(ask + (b"\x05" + _string(query) if query else b"") + b"\xff")
        left = body
        if body:
            left = self._body(left)
        status, text = 0, b""
        while True:
            packet = self.receive()
            if packet[0] == 3:
                text += packet[3 : 3 + int.from_bytes(packet[1:3])]
            elif packet[0] == 4:
                status = int.from_bytes(packet[1:3])
            elif packet[0] == 6:
                left = self._body(left)
            elif packet[0] == 5:
                return status, text.decode()

    def _body(self, left: bytes) -> bytes:
        part, left = left[:8000], left[8000:]
        self.send(len(part).to_bytes(2) + part if part else b"")
        return left
