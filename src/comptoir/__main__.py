"""The entry: answer `--version` at once, choose the language, then load the command tree."""

import os
import sys

from comptoir import __version__


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"comptoir {__version__}\n")
        return
    # Typer binds its words when it is imported: the language is chosen first.
    from comptoir.core import i18n  # noqa: PLC0415 - the answer above must not wait for it

    i18n.use(i18n.choose(sys.argv[1:], os.environ))
    from comptoir.app import run  # noqa: PLC0415 - see above

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
