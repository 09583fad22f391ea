"""A cluster as a picture, and the same in words: `draw` and `describe`."""

from oxconf.picture.svg import draw
from oxconf.picture.words import describe

__all__ = ["describe", "draw"]
