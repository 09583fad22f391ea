"""The programs that stand in for Open-Xchange on a host: each does what the host's own rendered files say.

OxNode is the web side, DatabaseClient the database pools, Caches the caches of one process; each Java source says what
its program does and prints.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from judges.harness import need
from judges.sandbox import Sandbox

SOURCES = Path(__file__).parent
JARS = Path("/usr/share/java")
DRIVER = JARS / "mariadb-java-client.jar"

# The least that starts fast; without the file of performance data JVMs of several process namespaces do not meet.
JAVA = ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xss512k")


@dataclass(frozen=True)
class StandIns:
    """The compiled programs in the folder `classes`, and the commands that run them there."""

    classes: str
    tomcat: str

    def node(self, ajp_properties: str, filestore: str = "") -> list[str]:
        """The command of the web side: the connector of ajp.properties, and the filestore's folder if it has one."""
        arguments = [ajp_properties, filestore] if filestore else [ajp_properties]
        return self._java("OxNode", self.tomcat, "-Xmx64m", *arguments)

    def prepare(self, configdb_properties: str) -> list[str]:
        """The command that makes the table of `load` and `stale`."""
        return self._client("prepare", configdb_properties)

    def load(
        self,
        configdb_properties: str,
        client: str,
        *,
        writers: int = 2,
        readers: int = 2,
        interval_ms: int = 20,
    ) -> list[str]:
        """The command of a steady load, which ends on SIGTERM or with its standard input."""
        return self._client(
            "load", configdb_properties, client=client, writers=writers, readers=readers, interval=interval_ms
        )

    def stale(
        self, configdb_properties: str, client: str, *, count: int = 100, readers: int = 4
    ) -> list[str]:
        """The command that writes and reads at once, and counts the rows that it did not see."""
        return self._client("stale", configdb_properties, client=client, count=count, readers=readers)

    def caches(self, cache_ccf: str) -> list[str]:
        """The command of the caches of one process."""
        return self._java("Caches", "", "-Xmx32m", cache_ccf)

    def copied(self, box: Sandbox, folder: str) -> StandIns:
        """Put the programs into a folder of a host; return their commands there."""
        box.run("mkdir", "-p", folder)
        packed = subprocess.run(
            ["tar", "-C", self.classes, "-c", "."], capture_output=True, check=True
        ).stdout
        subprocess.run(box.inside("tar", "-C", folder, "--no-same-owner", "-x"), input=packed, check=True)
        box.run("chmod", "0755", folder)
        return replace(self, classes=folder)

    def _client(self, mode: str, configdb_properties: str, **options: str | int) -> list[str]:
        need(str(DRIVER), "libmariadb-java")
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return self._java("DatabaseClient", str(DRIVER), "-Xmx48m", mode, configdb_properties, *words)

    def _java(self, program: str, jar: str, heap: str, *arguments: str) -> list[str]:
        path = f"{self.classes}:{jar}" if jar else self.classes
        return [*JAVA, heap, "-cp", path, program, *arguments]


def stand_ins(folder: Path) -> StandIns:
    """Compile the programs into `folder`; skip the test, by the name of what lacks, where that can not be."""
    need("javac", "default-jdk-headless")
    found = sorted(JARS.glob("tomcat[0-9]*-embed-core.jar")) or [JARS / "tomcat10-embed-core.jar"]
    need(str(found[-1]), "libtomcat10-embed-java")
    sources = map(str, sorted(SOURCES.glob("*.java")))
    subprocess.run(["javac", "-nowarn", "-cp", str(found[-1]), "-d", str(folder), *sources], check=True)
    return StandIns(str(folder), str(found[-1]))


class Program:
    """A program that runs on a host until it is stopped: its standard input is ours, what it says is in `log`.

    `pid` is its process id in the host's /proc, which is the machine's own where the host has no other.
    """

    def __init__(self, box: Sandbox | None, command: list[str], log: Path) -> None:
        """Start `command` in `box`, or without one on the machine itself."""
        words = ("sh", "-c", 'read -r pid rest </proc/self/stat; echo $pid; exec "$@" >&2', "sh", *command)
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                box.inside(*words) if box else words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        if box:
            box.started.append(self.process)
        assert self.process.stdout
        self.pid = int(self.process.stdout.readline())

    def say(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def lines(self) -> list[str]:
        """What it said so far, on both streams, without a line that is not yet whole."""
        return self.log.read_text(errors="replace").rpartition("\n")[0].splitlines()

    def end(self) -> int:
        """End its standard input and wait for its own end; return its exit code."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait()
