"""`PYTHONPATH=site:tests python -m generate`: stages the site for mkdocs."""

import argparse
import sys
from pathlib import Path

from generate.stage import MissingTextError, stage


def main() -> None:
    """Run the staging step."""
    parser = argparse.ArgumentParser(prog="generate", description="Stages the site for mkdocs.")
    parser.add_argument(
        "--build", type=Path, default=Path("build"), help="folder that gets docs and mkdocs.yml"
    )
    parser.add_argument(
        "--site-url", default="", help="where the site will be, for sitemap and canonical links"
    )
    arguments = parser.parse_args()
    try:
        stage(arguments.build, site_url=arguments.site_url)
    except MissingTextError as error:
        sys.exit(str(error))
    except OSError as error:
        # What is in the way of the folder, or a full disk.
        named = error.filename or arguments.build
        sys.exit(f"the site can not be built: {named}: {error.strerror or error}")


main()
