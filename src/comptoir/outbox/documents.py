"""Messages as they leave: a row of the outbox, and the papers that go with it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from comptoir.desk.mailing import Message, TextMessage
from comptoir.desk.paper import Paper, from_content
from comptoir.outbox import queries
from comptoir.outbox.queries import MessageDetail
from comptoir.outbox.rules import PapersMissing

if TYPE_CHECKING:
    from comptoir.store.read import Reader

Draw = Callable[[Paper], bytes]


def message(reader: "Reader", row: MessageDetail, draw: Draw, moment: datetime) -> Message:
    """Make the e-mail of a row, its papers drawn as they were issued; raise PapersMissing."""
    found = [(name, queries.paper(reader, name)) for name in row.papers]
    missing = [f"{name.reference}/{name.kind}" for name, content in found if content is None]
    if missing:
        raise PapersMissing(missing)
    papers = tuple((name.file, draw(from_content(content))) for name, content in found if content is not None)
    return Message(row.recipient, row.subject, row.text, row.message_id, moment, papers)


def text_message(row: MessageDetail) -> TextMessage:
    """Make the text message of a row."""
    return TextMessage(row.recipient, row.text, row.message_id)
