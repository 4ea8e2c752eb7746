"""The entry: `python -m comptoir.handbook [FOLDER]` writes man pages and completions anew."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from comptoir.core import i18n


def main(arguments: Sequence[str]) -> None:
    """Write `man/*.1` and `completions/*` of a checkout, the current folder by default; a page without a feature goes.

    Raises OSError for a folder that cannot be written to.
    """
    # The commands translate their help when they are imported: the language is chosen first.
    i18n.use(i18n.HOME_LANGUAGE)
    from comptoir.handbook import completions, man  # noqa: PLC0415 - see above

    folder = Path(arguments[0] if arguments else ".")
    pages = man.pages()
    for page in (folder / "man").glob("*.1"):
        if page.name not in pages:
            page.unlink()
    _write(folder / "man", pages)
    _write(folder / "completions", completions.scripts())


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
