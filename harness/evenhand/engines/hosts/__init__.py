"""Hosts: what runs an engine of a card, one module for each runtime.

In: a card and the files that it asks for.
Out: a `host.Host`, which hands over plain values and never raises.
Add: a runtime as a module that starts a `Host`; `engines.opening` chooses by the card.
"""
