"""Two clusters beside each other: what differs, and what to do about it."""
