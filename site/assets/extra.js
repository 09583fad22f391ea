// A table that is too wide is scrolled inside of its frame; the keyboard reaches only what may have the focus.
const frames = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) {
      target.tabIndex = 0;
    } else {
      target.removeAttribute("tabindex");
    }
  }
});
document$.subscribe(() => {
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((frame) => frames.observe(frame));
});
