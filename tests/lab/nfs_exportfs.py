#!/usr/bin/python3
"""Stands in front of exportfs on a filestore host: the real one first, then nfs-ganesha follows what it exported.

The kernel of the lab has no NFS server. exportfs itself works without one: it reads /etc/exports and keeps the table
of what is exported to whom. That table, one client a line with every option, becomes the configuration of nfs-ganesha.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path

REAL = "/usr/sbin/exportfs.real"
TABLE = Path("/var/lib/nfs/etab")
CONFIG = Path("/run/ganesha/ganesha.conf")
PID_FILE = Path("/run/ganesha/ganesha.pid")

# Nobody holds state of NFS 4 in the lab, so there is none to wait for after a restart; and locks stay on each host.
HEAD = """\
NFS_CORE_PARAM {
    Protocols = 3, 4;
    MNT_Port = 20048;
    Enable_UDP = false;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    Plugins_Dir = /usr/lib/x86_64-linux-gnu/ganesha;
}
NFSv4 { Graceless = true; }
"""

SQUASH = {"all_squash": "All_Squash", "root_squash": "Root_Squash", "no_root_squash": "No_Root_Squash"}

# nfs-ganesha does all of them, or has nothing like them: it writes before it answers where the client asks for that,
# checks no subtree, and passes into no other file system of the host.
SAME = {
    "sync",
    "no_subtree_check",
    "wdelay",
    "no_wdelay",
    "hide",
    "nocrossmnt",
    "secure_locks",
    "acl",
    "no_pnfs",
}


def clients(text: str) -> dict[str, list[tuple[str, list[str]]]]:
    """Return the clients of each exported path with their options, in the order of the table."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for line in text.splitlines():
        path, client, options = re.fullmatch(r"(\S+)\t(\S+?)\((.*)\)", line).groups()
        path = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), path)
        found.setdefault(path, []).append((client, options.split(",")))
    return found


def client_block(client: str, options: list[str]) -> str:
    """Return the block of one client. An option that is not carried over is an error, not an omission."""
    values = {"Clients": client}
    for option in options:
        name, _, value = option.partition("=")
        if option in ("rw", "ro"):
            values["Access_Type"] = option.upper()
        elif option in SQUASH:
            # exportfs says root_squash as well where all_squash is on.
            if values.get("Squash") != "All_Squash":
                values["Squash"] = SQUASH[option]
        elif option in ("no_all_squash",):
            values.setdefault("Squash", "Root_Squash")
        elif name in ("anonuid", "anongid"):
            values["Anonymous_" + name.removeprefix("anon")] = value
        elif name == "sec":
            values["SecType"] = ", ".join(value.split(":"))
        elif option in ("secure", "insecure"):
            values["PrivilegedPort"] = str(option == "secure").lower()
        elif option not in SAME:
            sys.exit(f"exportfs: the lab's NFS server has nothing for the option {option} of {client}")
    lines = "".join(f"        {name} = {value};\n" for name, value in values.items())
    return f"    CLIENT {{\n{lines}    }}\n"


def config(text: str) -> str:
    """Return the configuration of nfs-ganesha for a table of exports."""
    blocks = []
    for path, listed in clients(text).items():
        # The number has to stay the path's own when the file is read again.
        number = zlib.crc32(path.encode()) % 65535 + 1
        blocks.append(
            f"EXPORT {{\n    Export_Id = {number};\n    Path = {path};\n    Pseudo = {path};\n"
            "    Protocols = 3, 4;\n    Access_Type = None;\n    FSAL { Name = VFS; }\n"
            + "".join(client_block(client, options) for client, options in listed)
            + "}\n"
        )
    return HEAD + "".join(blocks)


def main(words: list[str]) -> int:
    code = subprocess.call([REAL, *words])
    text = config(TABLE.read_text() if TABLE.exists() else "")
    CONFIG.parent.mkdir(exist_ok=True)
    if not CONFIG.exists() or CONFIG.read_text() != text:
        CONFIG.write_text(text)
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(PID_FILE.read_text()), signal.SIGHUP)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
