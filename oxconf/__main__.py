"""`python -m oxconf`."""

from oxconf.cli import main

main()
