#!/usr/bin/python3
"""Stands in for systemctl on a host without systemd: enough of units to run the daemons of a cluster for real.

It reads the unit files and drop-ins of the host, mounts what they require, starts what ExecStart says with the user,
environment and notify socket that the unit asks for, and remembers main processes in /run/standin. Enabling is done by
the real systemctl, which needs no running systemd for it. No dependencies between units, no restarts, no limits; of
conditions AssertPathIsMountPoint= alone.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

REAL = "/usr/bin/systemctl.real"
STATE = Path("/run/standin")
ENVIRONMENT = STATE / "environment"
FOLDERS = [Path("/etc/systemd/system"), Path("/run/systemd/system"), Path("/lib/systemd/system")]
SCRIPTS = Path("/etc/init.d")
PATIENCE = 120.0

SILENT = ("keepalived.service",)
"""It says that it is ready only where process 1 is called systemd and is its parent."""


class Failed(Exception):
    """A unit that does not exist or does not start."""


class Unit:
    """One unit file with its drop-ins, as lists of values by key."""

    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        stem, at, rest = self.name.partition("@")
        self.template = f"{stem}@.{rest.rpartition('.')[2]}" if at else self.name
        self.instance = rest.rpartition(".")[0] if at else ""
        file = next(
            (folder / n for folder in FOLDERS for n in (self.name, self.template) if (folder / n).exists()),
            None,
        )
        self.values: dict[str, list[str]] = defaultdict(list)
        if file is None:
            script, read = self.of_script(stem.removesuffix(".service")), self.drop_ins()
            self.files = [script, *read]
        else:
            self.name = file.resolve().name if not at else self.name
            self.files = read = [file, *self.drop_ins()]
        for each in read:
            text = re.sub(r"\\\n[ \t]*", " ", each.read_text())
            for line in text.splitlines():
                key, sign, value = line.strip().partition("=")
                if not sign or key.startswith(("#", ";")):
                    continue
                if not value:
                    self.values[key] = []
                else:
                    self.values[key].append(value.replace("%i", self.instance).replace("%n", self.name))

    def drop_ins(self) -> list[Path]:
        """Return the drop-ins of its name, those for every unit that begins so first: open-xchange-.service.d."""
        stem, _, kind = self.name.rpartition(".")
        parts = stem.split("-")
        begins = ["-".join(parts[:count]) + "-" for count in range(1, len(parts))]
        return [
            drop
            for name in (*begins, stem)
            for folder in FOLDERS
            for drop in sorted((folder / f"{name}.{kind}.d").glob("*.conf"))
        ]

    def of_script(self, name: str) -> Path:
        """Fill in what systemd makes of a script of System V."""
        script = SCRIPTS / name
        if not script.exists():
            raise Failed(f"Unit {self.name} could not be found.")
        self.values.update(
            Type=["forking"],
            ExecStart=[f"{script} start"],
            ExecStop=[f"{script} stop"],
            RemainAfterExit=["yes"],
        )
        return script

    def last(self, key: str, default: str = "") -> str:
        return self.values[key][-1] if self.values[key] else default

    @property
    def pid_file(self) -> Path:
        return STATE / f"{self.name}.pid"

    def main(self) -> int | None:
        """Return the main process, or None."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None
        if pid == 0:
            return 0
        if pid < 0:
            return self.of_session(-pid)
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return None
        return None if state == "Z" else pid

    @staticmethod
    def of_session(session: int) -> int | None:
        """Return the oldest process of a session: a unit that forks without a PIDFile is followed by it."""
        for pid in sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*")):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    return pid
        return None

    def environment(self) -> dict[str, str]:
        found = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **manager_environment()}
        for line in self.values["Environment"]:
            for word in shlex.split(line):
                key, _, value = word.partition("=")
                found[key] = value
        for path in self.values["EnvironmentFile"]:
            file = Path(path.lstrip("-"))
            if file.exists():
                for line in file.read_text().splitlines():
                    key, sign, value = line.partition("=")
                    if sign and not key.startswith("#"):
                        found[key.strip()] = " ".join(shlex.split(value))
        return found

    def spawn(
        self, line: str, env: dict[str, str], log: Path, *, main: bool = True
    ) -> subprocess.Popen[bytes]:
        prefix = re.match(r"[-@!+:]*", line)
        assert prefix
        words = []
        for word in shlex.split(line[prefix.end() :].replace("$MAINPID", str(self.main() or ""))):
            if re.fullmatch(r"\$\w+", word):
                words += shlex.split(env.get(word[1:], ""))
            else:
                word = re.sub(r"(?<!\$)\$\{(\w+)\}", lambda found: env.get(found[1], ""), word)
                words.append(word.replace("$$", "$"))
        as_root = "!" in prefix[0] or "+" in prefix[0]
        if not main and self.last("PermissionsStartOnly") in ("yes", "true", "1"):
            as_root = True
        user = None if as_root else self.last("User") or None
        group = self.last("Group") or None
        if user and not group:
            group = str(pwd.getpwnam(user).pw_gid)
        with log.open("ab") as output:
            return subprocess.Popen(
                words,
                env=env,
                user=user,
                group=int(group) if group and group.isdigit() else group,
                extra_groups=[] if user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self.last("WorkingDirectory", "/"),
                umask=int(self.last("UMask", "0022"), 8),
            )

    def run(self, key: str, env: dict[str, str], log: Path) -> None:
        for line in self.values[key]:
            code = self.spawn(line, env, log, main=key == "ExecStart").wait()
            if code and not line.startswith("-"):
                raise Failed(f"Job for {self.name} failed: {line} ended with {code}. See {log}")

    def start(self) -> None:
        if self.main() is not None:
            return
        STATE.mkdir(exist_ok=True)
        log = STATE / f"{self.name}.log"
        self.mount(log)
        if not all(os.path.ismount(path) for path in self.values["AssertPathIsMountPoint"]):
            raise Failed(f"Assertion failed on job for {self.name}.")
        if self.name.endswith(".socket"):
            self.listen(log)
            return
        env = self.environment()
        for name in self.last("RuntimeDirectory").split():
            Path("/run", name).mkdir(exist_ok=True)
            if self.last("User"):
                entry = pwd.getpwnam(self.last("User"))
                os.chown(Path("/run", name), entry.pw_uid, entry.pw_gid)
        self.run("ExecStartPre", env, log)
        # What runs before may have set something for the main process.
        env = self.environment()
        kind = "simple" if self.name in SILENT else self.last("Type", "simple")
        if kind == "oneshot":
            self.run("ExecStart", env, log)
            if self.last("RemainAfterExit") in ("yes", "true", "1"):
                self.pid_file.write_text("0")
            self.run("ExecStartPost", env, log)
            return
        with contextlib.ExitStack() as stack:
            notify = None
            if kind.startswith("notify"):
                notify = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
                address = str(STATE / f"{self.name}.notify")
                Path(address).unlink(missing_ok=True)
                notify.bind(address)
                os.chmod(address, 0o777)
                env["NOTIFY_SOCKET"] = address
            process = self.spawn(self.last("ExecStart"), env, log)
            self.pid_file.write_text(str(process.pid))
            if kind == "forking":
                if process.wait():
                    raise Failed(f"Job for {self.name} failed. See {log}")
                self.pid_file.write_text(
                    self.forked() if self.last("PIDFile") else self.followed(process.pid)
                )
            elif notify:
                self.await_ready(process, notify, log)
            elif kind == "simple":
                time.sleep(0.2)
        self.run("ExecStartPost", env, log)

    def mount(self, log: Path) -> None:
        """Mount what fstab knows of the paths that the unit requires."""
        wanted = [Path(word) for line in self.values["RequiresMountsFor"] for word in line.split()]
        for fields in map(str.split, Path("/etc/fstab").read_text().splitlines() if wanted else []):
            target = Path(fields[1]) if fields and not fields[0].startswith("#") else None
            if target is None or target.is_mount() or not any(path.is_relative_to(target) for path in wanted):
                continue
            target.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as output:
                code = subprocess.call(["mount", target], stdout=output, stderr=output)
            if code:
                raise Failed(f"A dependency job for {self.name} failed. See {log}")

    def forked(self) -> str:
        file, end = Path(self.last("PIDFile")), time.monotonic() + 10
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        return file.read_text().strip() if file.exists() else "0"

    def followed(self, session: int) -> str:
        # A daemon as Apache soon leaves the session of what began it; one as mysqld_safe stays.
        time.sleep(1)
        return f"-{session}" if self.of_session(session) else "0"

    def await_ready(self, process: subprocess.Popen[bytes], notify: socket.socket, log: Path) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            readable, _, _ = select.select([notify], [], [], 0.2)
            message = notify.recv(4096).decode() if readable else ""
            if "READY=1" in message.split("\n"):
                return
            if process.poll() is not None:
                raise Failed(f"Job for {self.name} failed: it ended with {process.returncode}. See {log}")
        raise Failed(f"Job for {self.name} failed: a timeout was exceeded. See {log}")

    def listen(self, log: Path) -> None:
        """Start the program that accepts connections and starts the service for each."""
        service = Unit(f"{self.name.removesuffix('.socket')}@1.service")
        env = service.environment()
        for credential in service.values["LoadCredential"]:
            name, _, path = credential.partition(":")
            env["CREDENTIALS_DIRECTORY"] = str(STATE / "credentials")
            (STATE / "credentials").mkdir(exist_ok=True)
            # systemd reads the file anew for each connection.
            (STATE / "credentials" / name).unlink(missing_ok=True)
            (STATE / "credentials" / name).symlink_to(path)
        listen = ["systemd-socket-activate", "--accept", "--inetd"]
        for value in self.values["ListenStream"]:
            listen += ["--listen", value]
        self.admit()
        listen += [word for key, value in env.items() for word in ("--setenv", f"{key}={value}")]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*listen, *shlex.split(service.last("ExecStart").lstrip("-@!+:"))],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid_file.write_text(str(process.pid))
        time.sleep(0.2)

    @property
    def table(self) -> str:
        return f"inet standin_{re.sub('[^a-z]', '_', self.name)}"

    def admit(self) -> None:
        """Let in those alone whom IPAddressAllow names, where IPAddressDeny keeps everybody else out."""
        if self.values["IPAddressDeny"] != ["any"]:
            return
        ports = ", ".join(re.sub(r".*:", "", value) for value in self.values["ListenStream"])
        named = [value for value in self.values["IPAddressAllow"] if value != "localhost"]
        rules = [
            "iif lo accept",
            *(f"tcp dport {{ {ports} }} ip saddr {value} accept" for value in named),
            f"tcp dport {{ {ports} }} drop",
        ]
        chain = "; ".join(["type filter hook input priority 0", *rules])
        text = f"table {self.table}\ndelete table {self.table}\ntable {self.table} {{\nchain input {{ {chain}; }}\n}}\n"
        subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)

    def stop(self) -> None:
        pid = self.main()
        if pid is None:
            return
        if self.name.endswith(".socket"):
            subprocess.run(["nft", "delete", "table", *self.table.split()], capture_output=True)
        log = STATE / f"{self.name}.log"
        self.run("ExecStop", self.environment(), log)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, self.last("KillSignal", "SIGTERM")))
            end = time.monotonic() + PATIENCE
            while self.main() and time.monotonic() < end:
                time.sleep(0.1)
            if self.main():
                os.kill(pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
        self.run("ExecStopPost", self.environment(), log)


def manager_environment() -> dict[str, str]:
    """Return what set-environment gave to every unit that starts from then on."""
    try:
        lines = ENVIRONMENT.read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines)


def set_environment(action: str, words: list[str]) -> None:
    found = manager_environment()
    for word in words:
        name, _, value = word.partition("=")
        if action == "set-environment":
            found[name] = value
        else:
            found.pop(name, None)
    STATE.mkdir(exist_ok=True)
    ENVIRONMENT.write_text("".join(f"{name}={value}\n" for name, value in found.items()))


def main(words: list[str]) -> int:
    options = [word for word in words if word.startswith("-")]
    action, *names = [word for word in words if not word.startswith("-")]
    if action in ("set-environment", "unset-environment"):
        set_environment(action, words[words.index(action) + 1 :])
        return 0
    if action in ("daemon-reload", "reset-failed"):
        return 0
    if action in ("enable", "disable", "is-enabled", "mask", "unmask", "list-unit-files"):
        code = subprocess.call([REAL, *words], env={**os.environ, "SYSTEMD_OFFLINE": "1"})
        if "--now" not in options:
            return code
        action = "start" if action == "enable" else "stop"
    units = [Unit(name) for name in names]
    if action == "cat":
        sys.stdout.write("\n".join(file.read_text() for unit in units for file in unit.files))
    elif action in ("is-active", "status"):
        active = [unit.main() is not None for unit in units]
        if "--quiet" not in options:
            print("\n".join("active" if each else "inactive" for each in active))
        return 0 if all(active) else 3
    elif action in ("stop", "restart", "start", "try-restart"):
        for unit in units:
            if action in ("stop", "restart") or (action == "try-restart" and unit.main() is not None):
                unit.stop()
            if action != "stop":
                unit.start()
    elif action == "kill":
        (name,) = (word.removeprefix("--signal=") for word in options if word.startswith("--signal="))
        for unit in units:
            if pid := unit.main():
                os.kill(pid, signal.Signals[f"SIG{name}"])
    elif action in ("reload", "reload-or-restart"):
        for unit in units:
            pid = unit.main()
            if pid and unit.values["ExecReload"]:
                unit.run("ExecReload", unit.environment(), STATE / f"{unit.name}.log")
            elif pid:
                os.kill(pid, signal.SIGHUP)
    else:
        raise Failed(f"the stand-in does not know {action}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
