"""How long oxconf takes, beside what else a machine does in that time. Run it with: make benchmarks.

Absolute times do not hold between machines; the ratios of one run do.
"""
