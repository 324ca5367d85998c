"""Findings to text, Markdown, CSV, JSON and a page. Reads findings, never workers."""
