"""The columns of what commands on documents show, declared once for every format."""

from comptoir.attachments.rules import KIND_WORDS, SCOPE_WORDS, SOURCE_WORDS
from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column

NUMBER = Column("id", _("No."))
KIND = Column("kind", _("Kind"), KIND_WORDS)
FILE = (
    Column("name", _("File")),
    Column("media_type", _("Type")),
    Column("size", _("Bytes")),
)
ADDED = (Column("added_at", _("Date")), Column("operator", _("By")))
LISTED = (
    NUMBER,
    KIND,
    *FILE,
    Column("source", _("Of"), SOURCE_WORDS),
    Column("serial", _("Serial number read")),
    *ADDED,
)
LIBRARY = (
    NUMBER,
    Column("scope", _("About"), SCOPE_WORDS),
    Column("target", _("Target")),
    KIND,
    Column("title", _("Title")),
    *FILE,
    *ADDED,
)
EXTRACTED = (
    NUMBER,
    KIND,
    Column("file", _("File")),
    Column(
        "state",
        _("Outcome"),
        {"written": mark("written"), "unchanged": mark("there already"), "left": mark("left as it was")},
    ),
)
