"""The demo."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

from comptoir.core.i18n import _, in_use
from comptoir.demo.story import CATALOGUE, first_buyback, samples
from comptoir.desk import Desk
from comptoir.desk.options import Feature, option

app = Feature()


@app.verb("demo", help=_("Play a first buyback in a scratch database, each command shown."))
def demo(
    desk: Desk,
    into: Annotated[
        str | None, option("--into", metavar=_("FOLDER"), help=_("Folder of the database and the papers."))
    ] = None,
) -> int:
    """Play a first buyback; give the exit code of the step that failed, else 0."""
    folder = Path(into) if into else Path(tempfile.mkdtemp(prefix="comptoir-demo-"))
    database = folder / "shop.db"
    steps = first_buyback(samples() / CATALOGUE, folder / "papiers")
    desk.out.line(f"$ export COMPTOIR_DATABASE={shlex.quote(str(database))}")
    for step in steps:
        code = _played(desk, step.why, step.arguments, database)
        if code:
            return code
    desk.out.line("\n" + _("The database and the papers stand in {folder}. Now it is yours:").format(folder=folder))
    for line in _next(database):
        desk.out.line(f"  {line}")
    return 0


def _played(desk: Desk, why: str, arguments: tuple[str, ...], database: Path) -> int:
    desk.out.line(f"\n# {why}\n$ comptoir {shlex.join(arguments)}")
    desk.out.data.flush()
    environment = {**os.environ, "COMPTOIR_DATABASE": str(database), "COMPTOIR_LANG": in_use()}
    played = subprocess.run(
        [sys.executable, "-m", "comptoir", "--no-input", *arguments],
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return played.returncode


def _next(database: Path) -> list[str]:
    # As it can be typed here: by its path where the program is not on the shell's own.
    comptoir = "comptoir" if shutil.which("comptoir") else shlex.quote(sys.argv[0])
    commands = ("buyback add", "buyback validate", "buyback list --format csv", "--help")
    return [
        f"export COMPTOIR_DATABASE={shlex.quote(str(database))}",
        *(f"{comptoir} {command}" for command in commands),
    ]
