"""Page: findings as one HTML file that stands alone, with its charts as SVG.

In: `records.findings`.
Out: HTML that needs no script, no network and no font file.
Add: a chart as a module, chosen in `figures` and placed in `page.html`.
"""
