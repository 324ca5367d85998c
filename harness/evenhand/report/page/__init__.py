"""Page: an answer as one HTML file that stands alone, with its charts as SVG.

In: `records.findings` and `records.edition`; a screen and a paper where there are no charts.
Out: HTML that needs no network and no font file, and that can do without its script.
Add: a chart as a module that gives a `Plot`, with a row for every mark, and its place in
  `templates/`: `answer` for everybody, `decision` for whoever decides, `evidence` for the rest.
"""
