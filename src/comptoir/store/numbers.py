"""Numbers that people shorten: found by their end, offered by their beginning."""

from comptoir.store.read import Reader

CANDIDATES = 6  # told at most where several numbers end so


def ending(reader: Reader, table: str, end: str, whole: int) -> list[str]:
    """List the numbers of a table that end so; one of `whole` digits stands for itself."""
    if len(end) == whole:
        return reader.values(f"SELECT number FROM {table} WHERE number = :end", end=end)
    sql = f"SELECT number FROM {table} WHERE substr(number, -length(:end)) = :end ORDER BY number LIMIT {CANDIDATES}"
    return reader.values(sql, end=end)


def offered(reader: Reader, table: str, start: str, limit: int) -> list[str]:
    """List the latest numbers that begin so, or else the one that ends so, for completion."""
    sql = f"SELECT number FROM {table} WHERE number >= :start AND number < :end ORDER BY number DESC LIMIT :limit"
    found = reader.values(sql, start=start, end=start + "~", limit=limit)
    if found or not start:
        return found
    ended = ending(reader, table, start, 0)
    return ended if len(ended) == 1 else []
