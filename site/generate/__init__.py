"""Makes the pages of the documentation that follow from the code, and puts the whole site together for mkdocs.

One module for each kind of page. Each has `pages(...)`, which returns the content of each page by its path, and
`missing(...)`, which yields a sentence for each text that somebody has yet to write. Everything that comes from the
code goes through `markdown.py`, so that no text can break a page.
"""
