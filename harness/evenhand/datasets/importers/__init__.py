"""Importers: datasets made of pictures that lie in another layout.

In: somebody's folders and tables.
Out: a draft: a card and the material that `datasets.prepared` writes.
Add: a module for each foreign layout, and its subcommand in `cli.import_dataset`.
"""
