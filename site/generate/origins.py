"""Where a value comes from, in words."""

from generate.markdown import prose
from oxconf.deployment.origin import Mark, Origin

WORDS = {
    Mark.TUTORIAL: "the published tutorial for one million users",
    Mark.SOURCE: "another public source, which is named",
    Mark.OURS: "oxconf's own judgement or formula, with its reason",
    Mark.CLUSTER: "the cluster file sets it",
}
"""What each mark means."""


def origin(of: Origin) -> str:
    """Return the mark and the reason."""
    return f"**{of.mark.value}**" + (f", {prose(of.why)}" if of.why else "")


def is_explained(of: Origin) -> bool:
    """Whether an origin says all that its mark asks for: the tutorial needs no more words, the others do."""
    return bool(of.why.strip()) or of.mark in (Mark.TUTORIAL, Mark.CLUSTER)


def legend() -> str:
    """Return what the marks mean, as a sentence."""
    return "Origins: " + "; ".join(f"**{mark.value}** {prose(text)}" for mark, text in WORDS.items()) + "."
