"""From a plan to the archives of its hosts, and from archives and trees back to what they hold."""
