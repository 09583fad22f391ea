"""The sizes that oxconf knows: a data file for each, and `common.toml` below them all."""

TIERS = ("poc", "100k", "1m")
"""Names of the tiers, from the smallest."""
