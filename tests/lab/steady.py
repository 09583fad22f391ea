"""A cluster under steady load: browsers in front, and on every OX host what its pools do to the database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from lab.events import Key, Operation, Request, operations, table
from lab.load import WebLoad
from lab.ox import Program
from lab.product import CONFIGDB
from lab.whole import WholeCluster

CALM = 2.0
"""Seconds of load before anything happens to it."""

ROWS = "SELECT client, writer, seq FROM configdb.lab_writes"


@dataclass
class Steady:
    """The load, and when it was that something happened to the cluster.

        with Steady(cluster, folder) as load:
            load.fault()
            ...break it...
            load.goes_on(10)
        load.operations, load.requests

    `operations` and `requests` are complete when the block is left; `fault` and `until` are seconds since the epoch.
    """

    cluster: WholeCluster
    folder: Path
    web: bool = True
    rate: float = 40
    interval_ms: int = 20
    began: float = 0.0
    until: float = 0.0
    operations: list[Operation] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _clients: dict[str, Program] = field(default_factory=dict)
    _web: WebLoad | None = None

    def __enter__(self) -> Steady:
        self.folder.mkdir(parents=True)
        nodes = self.cluster.with_role("groupware", "provisioning")
        try:
            first = nodes[0]
            first.box.run(*self.cluster.programs.prepare(CONFIGDB))
            for node in nodes:
                command = self.cluster.programs.load(CONFIGDB, node.name, interval_ms=self.interval_ms)
                self._clients[node.name] = Program(node.box, command, self.folder / f"{node.name}.log")
            if self.web:
                self._web = WebLoad(
                    self.cluster.users, self.cluster.front, self.folder / "web.log", rate=self.rate
                )
                self._web.start()
            time.sleep(CALM)
        except BaseException:
            self._end()
            raise
        return self

    def fault(self) -> float:
        """Say that it happens now; return the time."""
        self.began = time.time()
        return self.began

    def goes_on(self, seconds: float) -> None:
        """Let the load go on for so long after the fault."""
        time.sleep(max(0.0, self.began + seconds - time.time()))
        self.until = time.time()

    def written(self, host: str) -> set[Key]:
        """Return the rows that a database host has."""
        return table(self.cluster[host].sql(ROWS))

    def __exit__(self, kind: object, *_: object) -> None:
        self.until = self.until or time.time()
        # Beyond the window, so that it ends with the cluster at work.
        time.sleep(CALM)
        self._end()

    def _end(self) -> None:
        for client in self._clients.values():
            client.end()
        self.operations = [
            one for client in self._clients.values() for one in operations(client.log.read_text())
        ]
        if self._web:
            self.requests = self._web.stop()
            self._web.kill()
