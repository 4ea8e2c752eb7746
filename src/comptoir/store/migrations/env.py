"""Alembic's entry: run the migrations on the connection it is given, in the transaction already open."""

from alembic import context
from sqlmodel import SQLModel

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
