"""A host in private namespaces: its own mounts, network and processes, gone with the test that made it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000


class Sandbox:
    """Private mount, network, process and host name namespaces, held by one process that waits on a pipe.

    The holder is process 1 of its namespace. When the pipe closes, because the sandbox is left or because the
    test run died, it ends and the kernel ends every process inside: nothing is left behind.
    """

    def __init__(self) -> None:
        unshare = ("unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--propagation", "private")
        # /proc is still the machine's there: the holder reads the process id by which the machine knows it.
        hold = "read -r pid rest </proc/self/stat; echo $pid; exec cat"
        self.holder = subprocess.Popen(
            [*unshare, "sh", "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.holder.stdout
        self.pid = int(self.holder.stdout.readline())
        self.started: list[subprocess.Popen[str]] = []
        self.run("ip", "link", "set", "lo", "up")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        assert self.holder.stdin
        self.holder.stdin.close()
        # The namespace can not end before its last process is reaped, and a stopped nsenter reaps nothing.
        for process in self.started:
            process.send_signal(signal.SIGCONT)
            process.wait()
        self.holder.wait()

    def inside(self, *command: str) -> list[str]:
        """The command that runs `command` inside."""
        return ["nsenter", f"--target={self.pid}", "--mount", "--net", "--uts", "--pid", *command]

    def run(
        self, *command: str, check: bool = True, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` inside to its end; with `check`, another exit than 0 fails the test."""
        done = subprocess.run(
            self.inside(*command),
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *command: str, log: Path) -> int:
        """Start `command` inside, its output to `log`; return its process id."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.inside(
                    "sh", "-c", 'read -r pid rest </proc/self/stat; echo $pid; exec "$@" >&2', "sh", *command
                ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        self.started.append(process)
        assert process.stdout
        return int(process.stdout.readline())

    def bind(self, source: Path, target: str) -> None:
        """Show `source`, a file or folder, at `target`, which has to exist on the machine."""
        self.run("mount", "--bind", str(source), target)

    def tmpfs(self, *targets: str) -> None:
        """Put an empty folder over each of `targets`, which have to exist on the machine."""
        for target in targets:
            self.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", target)

    def interface(self, name: str, *addresses: str) -> None:
        """Add a network interface that leads nowhere, up, with `addresses` (CIDR)."""
        nowhere = f"{name}-peer"
        self.run("ip", "link", "add", name, "type", "veth", "peer", "name", nowhere)
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", name)
        self.run("ip", "link", "set", nowhere, "up")
        self.run("ip", "link", "set", name, "up")

    @contextmanager
    def network(self) -> Iterator[None]:
        """Sockets that the calling thread makes meanwhile belong to this sandbox's network, and stay so."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, open(f"/proc/{self.pid}/ns/net") as inside:
            if libc.setns(inside.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(home.fileno(), CLONE_NEWNET)


def wire(bridge: Sandbox, host: Sandbox, number: int, address: str, interface: str = "eth0") -> str:
    """Connect `host` to the bridge `br0` of `bridge`; return the name of the bridge's port to it."""
    port = f"port{number}"
    bridge.run(
        *("ip", "link", "add", port, "type", "veth"),
        *("peer", "name", interface, "netns", f"/proc/{host.pid}/ns/net"),
    )
    bridge.run("ip", "link", "set", port, "master", "br0", "up")
    host.run("ip", "address", "add", address, "dev", interface)
    host.run("ip", "link", "set", interface, "up")
    return port


def bridge() -> Sandbox:
    """A network without hosts: a bridge that forwards at once."""
    sandbox = Sandbox()
    sandbox.run("ip", "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0")
    sandbox.run("ip", "link", "set", "br0", "up")
    return sandbox
