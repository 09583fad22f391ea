"""What stands beside the cluster's own services, typed: the packet filter, the backup, the monitoring."""

from enum import Enum
from ipaddress import IPv4Address

from attrs import frozen

from oxconf.deployment.key import key

FOLDER = r"(?=.{2,200}\Z)(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._-]+)+"
FOLDER_SHAPE = (
    "an absolute path of letters, digits, dots, hyphens and underscores, without a slash at the end"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_DAYS = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"


class Firewall(Enum):
    """Who filters what the hosts are sent."""

    NFTABLES = "nftables"
    NONE = "none"


@frozen(kw_only=True)
class Backup:
    """The backup of the databases and the filestore as one state. Without a folder there is none."""

    folder: str | None = key(
        "Folder for the backups, best on a disk that is not the filestore's; absent means no backup.",
        pattern=FOLDER,
        shape=FOLDER_SHAPE,
        example='"/var/backups/ox"',
    )
    runs_on: str | None = key(
        "Name of the host that makes it: the filestore's, or an OX host. When absent, the filestore's; with an "
        "outside filestore the first provisioning or groupware node.",
        example='"filestore1"',
    )
    keep: int = key("How long a backup is kept; the newest always is.", unit="days", minimum=1, maximum=3650)
    at: str = key(
        "When it is made, in the words of systemd's OnCalendar.",
        pattern=rf"({_DAYS}([,-]{_DAYS})* )?([*]-[*]-[*] )?{_TIME}|hourly|daily|weekly",
        shape='a time of day, as "02:30" or "Sat 02:30"; or hourly, daily, weekly',
        example='"02:30"',
    )


@frozen(kw_only=True)
class Munin:
    """The monitoring with Munin. Without a master there is none."""

    master: IPv4Address | None = key(
        "Address of the Munin server that asks the hosts; absent means no monitoring."
    )
