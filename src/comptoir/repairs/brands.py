"""The brands known before the desk has met any: names alone, the eco-organisms keep the lists that count."""

from pathlib import Path

SHIPPED = Path(__file__).with_name("brands.txt")


def shipped() -> list[str]:
    """List the brands shipped with the program, as their makers spell them."""
    return SHIPPED.read_text("utf-8").split("\n")[:-1]
