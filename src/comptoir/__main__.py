"""The entry: answer `--version` at once, choose the language, then load the program."""

import os
import sys

from comptoir import __version__

INTERRUPTED, PIPE_CLOSED = 130, 141  # as core.errors has them, which is not loaded yet


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    try:
        code = _ran(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _ran(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]) and sys.stdout is not None:
        return _version()
    # Typer binds its words when it is imported: the language is chosen first.
    from comptoir.core import i18n  # noqa: PLC0415 - the answer above must not wait for it

    i18n.use(i18n.choose(arguments, os.environ))
    from comptoir.app import run  # noqa: PLC0415 - see above

    return run(arguments)


def _version() -> int:
    try:
        sys.stdout.write(f"comptoir {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return 0


if __name__ == "__main__":
    main()
