"""The database: one file, read through the driver, written through SQLModel sessions."""
