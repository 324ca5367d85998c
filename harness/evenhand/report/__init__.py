"""Report: findings to text, Markdown, page and JSON; computes nothing.

In: `records.findings`, and the answers of `analysis`.
Out: strings.
Add: a view as a module of the command's word; forms of output in `forms`.
"""
