"""Write `schema.sql` anew: `python -m comptoir.store.migrations`, after a migration was added."""

from itertools import chain, groupby
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import create_engine, event

from comptoir.store.migrations import config


def script() -> str:
    """Give, as SQL, what all the migrations do to an empty database."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:  # noqa: ANN401 - SQLAlchemy's signature
        """Keep what is not a question."""
        if not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            said.append("\n".join(line.rstrip() for line in statement.strip().splitlines()))

    empty = create_engine("sqlite://")
    event.listen(empty, "before_cursor_execute", hear)
    with empty.begin() as connection:
        command.upgrade(config(connection), "head")
    empty.dispose()
    # SQLAlchemy keeps a table's indexes in a set: their order is another each time.
    runs = groupby(said, key=lambda statement: statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")))
    ordered = (sorted(run) if indexes else run for indexes, run in runs)
    return "".join(f"{statement};\n" for statement in chain.from_iterable(ordered))


if __name__ == "__main__":
    Path(__file__).with_name("schema.sql").write_text(script(), "utf-8")
