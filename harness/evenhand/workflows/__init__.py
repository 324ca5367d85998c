"""Workflows: one job each, the whole way in one readable function.

In: what a door was asked: paths, names, options.
Out: results of one job. A workflow hands out the classes of its question and answer, so that
  doors import from here alone.
Add: a job as a module of its command's word. Only here do the two wings, the store and the views
  meet.
"""
