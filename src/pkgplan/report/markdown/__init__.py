"""Reports as GitHub-flavoured Markdown, for comments on pull requests.

Comes in: the same values as for text. Goes out: Markdown in which nothing that somebody wrote is more than text:
whatever a user or the API wrote passes through `cells.plain` or `cells.code`. Never here: colour, or columns.
"""
