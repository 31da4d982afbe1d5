"""A catalog file in canonical order and spelling, with every comment next to what it is about.

Comes in: the tree of a sound file, and its kind. Goes out: text. Pure and idempotent.
Never here: reading YAML, files, or checking the outcome; the pipeline reads what came out and compares.
"""

from __future__ import annotations

from pkgplan.stages.format.writer import Unwritable, write_document

__all__ = ["Unwritable", "write_document"]
