"""How far a long piece of work is: a bar on the terminal of the talk, nothing where there is none."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from comptoir.core.later import later

if TYPE_CHECKING:
    from rich import console, progress
else:
    console, progress = later("rich.console"), later("rich.progress")


@contextmanager
def bar(title: str, total: int) -> Generator[Callable[[], None]]:
    """Show a bar while the work lasts; what is given is called for each piece that is done."""
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console.Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=total)
        yield lambda: shown.advance(task)
