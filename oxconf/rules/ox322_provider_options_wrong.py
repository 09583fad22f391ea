"""OX322: Galera's provider options say something else than they seem to."""

from collections.abc import Iterator
from difflib import get_close_matches

from oxconf.artifacts._provider_options import PERIOD
from oxconf.deployment.mistakes import listed
from oxconf.evidence import Evidence, HostEvidence, OptionAt
from oxconf.rules._database import galera_nodes
from oxconf.rules._rule import Finding, Rule, Severity

NAME = "wsrep_provider_options"

# What Galera 26.4 knows, with what Galera 25.3 and Percona's builds know beside it.
_KNOWN = frozenset(
    f"{group}.{name}" if group else name
    for group, names in {
        "": "base_dir base_host base_port debug dbug signal",
        "allocator": "disk_pages_encryption encryption_cache_page_size encryption_cache_size",
        "cert": "log_conflicts max_length length_check optimistic_pa",
        "evs": "auto_evict causal_keepalive_period consensus_timeout debug_log_mask delay_margin delayed_keep_period "
        "delayed_margin evict inactive_check_period inactive_timeout info_log_mask install_timeout "
        "join_retrans_period keepalive_period max_install_timeouts send_window stats_report_period suspect_timeout "
        "use_aggregate user_send_window version view_forget_timeout",
        "gcache": "dir encryption encryption_cache_page_size encryption_cache_size freeze_purge_at_seqno "
        "keep_pages_count keep_pages_size keep_plaintext_size mem_size name page_size recover size",
        "gcomm": "thread_prio",
        "gcs": "check_appl_proto fc_auto_evict_threshold fc_auto_evict_window fc_debug fc_factor fc_limit "
        "fc_master_slave fc_single_primary max_packet_size max_throttle recv_q_hard_limit recv_q_soft_limit stateless "
        "sync_donor vote_policy",
        "gmcast": "group initial_peers isolate listen_addr mcast_addr mcast_port mcast_ttl peer_addr peer_timeout "
        "segment time_wait version",
        "ist": "keep_keys recv_addr recv_bind",
        "pc": "announce_timeout bootstrap checksum ignore_quorum ignore_sb linger npvo recovery version wait_prim "
        "wait_prim_timeout wait_restored_prim_timeout weight",
        "protonet": "backend version",
        "repl": "causal_read_timeout commit_order key_format max_ws_size proto_max",
        "socket": "checksum dynamic if_addr if_loop mcast_ttl recv_buf_size send_buf_size ssl ssl_ca ssl_cert "
        "ssl_cipher ssl_compression ssl_key ssl_password_file ssl_reload",
    }.items()
    for name in names.split()
)

_DEFAULTS = {
    "evs.keepalive_period": 1000,
    "evs.inactive_check_period": 500,
    "evs.suspect_timeout": 5000,
    "evs.inactive_timeout": 15_000,
}
"""Galera's own timers in milliseconds; evs.install_timeout is half of evs.inactive_timeout."""


def check(evidence: Evidence) -> Iterator[Finding]:
    """Take the list of every Galera node apart."""
    for node in galera_nodes(evidence):
        options = [option for option in node.options if option.key == NAME]
        if not options:
            continue
        last = options[-1]
        for option in options[:-1]:
            if option.value != last.value:
                yield RULE.finding(
                    f"{node.name} sets {NAME} twice, and the second list replaces the first as a whole",
                    last.place,
                    option.place,
                    remedy="Write all provider options into one line.",
                )
        yield from _list(node, last)


def _list(node: HostEvidence, option: OptionAt) -> Iterator[Finding]:
    values: dict[str, str] = {}
    for part in filter(None, map(str.strip, option.value.split(";"))):
        key, _, value = (piece.strip() for piece in part.partition("="))
        if key in values and values[key] != value:
            yield RULE.finding(
                f"{node.name} has {key} twice in {NAME}: {values[key]}, then {value}, which counts",
                option.place,
            )
        if key not in _KNOWN:
            near = get_close_matches(key, _KNOWN, 1)
            yield RULE.finding(
                f"{node.name} has {key} in {NAME}, which Galera does not know"
                + (f"; did you mean {near[0]}?" if near else ""),
                option.place,
            )
        values[key] = value
    wrong = list(_timers(values))
    if wrong:
        yield RULE.finding(f"{node.name} has Galera timers that do not fit: {listed(wrong)}", option.place)


def _timers(values: dict[str, str]) -> Iterator[str]:
    """Yield which relations of the timers do not hold; Galera's defaults stand in for what is not set."""
    if not any(key in values for key in (*_DEFAULTS, "evs.install_timeout")):
        return
    times = dict(_DEFAULTS)
    try:
        times |= {key: PERIOD.read(value) for key, value in values.items() if key in _DEFAULTS}
        install = values.get("evs.install_timeout")
        times["evs.install_timeout"] = PERIOD.read(install) if install else times["evs.inactive_timeout"] // 2
    except ValueError:
        # A period in another form, such as P1D, is none of these timers' usual ones.
        return
    for low, high, divisor in (
        ("evs.keepalive_period", "evs.suspect_timeout", 3),
        ("evs.inactive_check_period", "evs.suspect_timeout", 2),
        ("evs.keepalive_period", "evs.install_timeout", 1),
        ("evs.install_timeout", "evs.inactive_timeout", 1),
        ("evs.suspect_timeout", "evs.inactive_timeout", 1),
    ):
        if times[low] * divisor > times[high]:
            part = {1: "", 2: "half of ", 3: "a third of "}[divisor]
            yield f"{low} ({_shown(low, times, values)}) is more than {part}{high} ({_shown(high, times, values)})"


def _shown(key: str, times: dict[str, int], values: dict[str, str]) -> str:
    return PERIOD.write(times[key]) + ("" if key in values else " by default")


RULE = Rule(
    code="OX322",
    name="provider-options-wrong",
    severity=Severity.ERROR,
    title="wsrep_provider_options has a key that is unknown or doubled, timers that do not fit, or is set twice",
    why=(
        "With an unknown key, or with timers out of range, the node does not start the next time. Of doubled keys and "
        "of two lists only the last one counts: a cache size or a timeout that somebody chose is not in force."
    ),
    remedy=(
        "Keep one list with each key once. Set the evs timers together: keepalive at most a third and inactive_check "
        "at most half of suspect, keepalive <= install <= inactive, suspect <= inactive."
    ),
    source="Galera 26.4, galerautils and gcomm; measured with MariaDB 10.11",
    daemons=(
        "mariadbd --help: rc 0. At the start an unknown key or a timer out of range ends it; doubled keys are silent."
    ),
    check=check,
)
