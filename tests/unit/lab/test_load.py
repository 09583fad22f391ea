"""The web load against a web server of the test's own, on the loopback."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lab import events, load
from lab.browsers import read_answer
from lab.load import WebLoad


class Nodes:
    """Two nodes behind a web server; a session keeps its node unless that node is down."""

    def __init__(self) -> None:
        self.numbers = itertools.count()
        self.down = ""
        self.stalls = threading.Event()
        self.stalls.set()
        self.lock = threading.Lock()

    def answer(self, cookie: str) -> tuple[str, str]:
        """The route, and the session where it is new."""
        route = cookie.partition(".")[2]
        if route and route != self.down:
            return route, ""
        with self.lock:
            number = next(self.numbers)
        route = next(each for each in (f"OX{number % 2 + 1}", "OX1", "OX2") if each != self.down)
        return route, f"s{number}.{route}"


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


@pytest.fixture
def port(nodes: Nodes) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nodes.stalls.wait()
            cookie = re.sub("^JSESSIONID=", "", self.headers.get("Cookie", ""))
            route, new = nodes.answer(cookie)
            body = f"{route} ajax {new or cookie}\n".encode()
            self.send_response(200)
            if new:
                self.send_header("Set-Cookie", f"JSESSIONID={new}; Path=/; HttpOnly")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    nodes.stalls.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web(port: int, tmp_path: Path) -> Callable[..., WebLoad]:
    return lambda **options: WebLoad(None, "127.0.0.1", tmp_path / "web", **{"port": port, **options})


def test_a_number_of_requests_is_asked_and_sessions_stay(web: Callable[..., WebLoad]) -> None:
    with web(rate=200, new_every=4, count=100) as running:
        found = running.wait()

    assert len(found) == 100
    assert all(one.ok for one in found)
    new = [one for one in found if not one.wanted]
    assert 25 <= len(new) <= 40
    assert events.moved(found) == []
    assert sum(events.split(found).values()) == len(new)


def test_a_stall_keeps_nobody_from_beginning(web: Callable[..., WebLoad], nodes: Nodes) -> None:
    with web(rate=100, limit=20) as running:
        time.sleep(0.3)
        nodes.stalls.clear()
        fault = time.time()
        time.sleep(1)
        nodes.stalls.set()
        back = time.time()
        time.sleep(0.3)
    found = running.requests()

    assert all(one.ok for one in found)
    assert len([one for one in found if fault < one.begin < back]) > 50
    assert 0.8 < events.longest_wait(found, fault) < 5


def test_a_session_of_a_lost_node_moves_once(web: Callable[..., WebLoad], nodes: Nodes) -> None:
    with web(rate=100, new_every=10) as running:
        time.sleep(0.5)
        nodes.down = "OX1"
        time.sleep(1)
    found = running.requests()
    moved = events.moved(found)

    assert moved
    assert {(one.wanted, one.route) for one in moved} == {("OX1", "OX2")}
    # Who was on their way at once may both move it.
    assert len(moved) <= 2 * events.split(found)["OX1"]


def test_who_is_refused_and_who_waits_too_long_is_told(web: Callable[..., WebLoad], nodes: Nodes) -> None:
    nodes.stalls.clear()
    with web(rate=50, limit=0.3, count=10) as running:
        assert {one.said for one in running.wait()} == {"timeout"}
    with web(port=9, rate=50, count=10) as running:
        assert {one.said for one in running.wait()} == {"refused"}


def test_a_load_that_can_not_be_is_no_silence(web: Callable[..., WebLoad]) -> None:
    with pytest.raises(events.NothingMeasured, match="did not begin"):
        web(rate=0).start()


def test_the_load_ends_with_who_started_it(web: Callable[..., WebLoad]) -> None:
    running = web()
    running.start()
    process = running._process
    assert process
    assert process.stdin
    process.stdin.close()

    assert process.wait(5) == 1


def test_a_torn_line_is_left_out_and_another_is_named() -> None:
    line = "1.0\t2.0\t200\t-\tOX1\tOX1\ta.OX1\n"

    assert load.requests(line + "3.0\t4.0") == [events.Request(1, 2, 200, "OX1", "OX1", "a.OX1")]
    with pytest.raises(ValueError, match="line 2"):
        load.requests(f"{line}what\n")


HEAD = "HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=s.OX1; Path=/\r\n"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (f"{HEAD}Content-Length: 16\r\n\r\nOX1 ajax s.OX1\r\n", (200, "", "OX1", "s.OX1", "s.OX1")),
        (
            f"{HEAD}Transfer-Encoding: chunked\r\n\r\n10\r\nOX1 ajax s.OX1\r\n\r\n0\r\n\r\n",
            (200, "", "OX1", "s.OX1", "s.OX1"),
        ),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n10\r\nOX1 ajax s.OX1\r\n", (200, "closed", "", "", "")),
        (f"{HEAD}Content-Length: 17\r\n\r\nOX1 ajax s.OX1\r\n", (200, "closed", "", "", "")),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n<html>", (503, "", "", "", "")),
        ("HTTP/1.1 200 OK\r\n", (0, "closed", "", "", "")),
        ("", (0, "closed", "", "", "")),
    ],
)
def test_an_answer_that_breaks_off_is_none(reply: str, said: tuple[int, str, str, str, str]) -> None:
    answer = read_answer(reply.encode())

    assert (answer.status, answer.error, answer.route, answer.session, answer.cookie) == said
