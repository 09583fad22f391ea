"""What a cluster is: the typed description, its tiers, and loading it from TOML."""
