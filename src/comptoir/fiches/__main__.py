"""Write the JSON of what is shipped anew: `python -m comptoir.fiches`, after any change of its TOML."""

import json

from comptoir.fiches import book


def main() -> None:
    """Write each part beside its TOML."""
    for part, entries in book.written().items():
        book.QUICK[part].write_text(json.dumps(entries, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
