"""Files become documents, and routes become lines.

Comes in: a catalog folder. Goes out: one `SourceFile` for each sound file, a diagnostic for each fault of the
others, and, once there is something to report, the place of every finding.
Never here: what a document means; this stage knows YAML and files, not packages.
"""

from pkgplan.stages.load.comments import read_comments
from pkgplan.stages.load.document import read_document
from pkgplan.stages.load.files import MAX_BYTES, load, load_lock, lock_files, read_text
from pkgplan.stages.load.places import locate, place, written_in
from pkgplan.stages.load.tree import read_tree
from pkgplan.stages.load.unread import unread_files

__all__ = [
    "MAX_BYTES",
    "load",
    "load_lock",
    "locate",
    "lock_files",
    "place",
    "read_comments",
    "read_document",
    "read_text",
    "read_tree",
    "unread_files",
    "written_in",
]
