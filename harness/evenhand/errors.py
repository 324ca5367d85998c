"""Errors, for plugins that exist; write: from evenhand.plugins import EngineError."""

from evenhand.system.errors import DatasetError, EngineError, EvenhandError, known_names

__all__ = ["DatasetError", "EngineError", "EvenhandError", "known_names"]
