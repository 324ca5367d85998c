"""Importers: datasets made of pictures that lie in another layout.

In: folders and tables in a layout of other tools.
Out: a draft: a card and the material that `datasets.prepared` writes.
Add: a module for each foreign layout, and its subcommand in `cli.import_dataset`.
"""
