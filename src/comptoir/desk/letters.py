"""The door of Jinja2: letters written from a template, the shop's own where there is one."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comptoir.core import money, paris
from comptoir.core.errors import UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk.settings import BadSetting, Setting

if TYPE_CHECKING:
    import jinja2
    from jinja2 import meta, nodes, sandbox
else:
    jinja2, meta, nodes, sandbox = map(later, ("jinja2", "jinja2.meta", "jinja2.nodes", "jinja2.sandbox"))


class BadLetter(UsageProblem):
    """A letter's template cannot be used."""

    def __init__(self, path: Path, reason: str, hint: str | None = None) -> None:
        super().__init__(_("cannot use the letter `{path}`: {reason}").format(path=path, reason=reason), hint)


def written(name: str, shipped: Path, setting: Setting, values: Mapping[str, object]) -> tuple[str, str]:
    """Write the letter `<name>.txt`: its subject, on the first line, and its text, after a blank one.

    The template is the one of the shop's folder where it stands there, else the shipped one. Raises BadLetter, and
    BadSetting for a folder that is none.
    """
    path = _chosen(f"{name}.txt", shipped, setting)
    first, second, text = _parts(path)
    if not first.strip():
        raise BadLetter(path, _("its first line, the subject, is empty"))
    if second.strip():
        raise BadLetter(path, _("its second line is not blank: the first is the subject, the text begins on the third"))
    subject = tidy(_rendered(path, first, values))
    if not subject:
        raise BadLetter(path, _("its first line, the subject, is empty"))
    # The lines before the text stand in it blank: a fault is told by its line in the file.
    body = _rendered(path, f"\n\n{text}", values).strip("\n")
    if not body.strip():
        raise BadLetter(path, _("it has no text"))
    return subject, "\n".join(line.rstrip() for line in body.split("\n")) + "\n"


def _chosen(file: str, shipped: Path, setting: Setting) -> Path:
    if not setting.value:
        return shipped / file
    try:
        folder = Path(setting.value).expanduser()
        if not folder.is_dir():
            raise BadSetting(setting, _("it is not a folder"))
        own = folder / file
        return own if own.exists() or own.is_symlink() else shipped / file
    except RuntimeError as error:
        raise BadSetting(setting, _("nobody has this home folder")) from error
    except OSError as error:
        raise BadSetting(setting, reason_of(error)) from error


def _parts(path: Path) -> tuple[str, str, str]:
    """Read a template: its first line, its second, and the rest."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLetter(path, _("it is not in UTF-8")) from error
    except OSError as error:
        raise BadLetter(path, reason_of(error)) from error
    first, _end, rest = text.partition("\n")
    second, _end, last = rest.partition("\n")
    return first, second, last


def _rendered(path: Path, source: str, values: Mapping[str, object]) -> str:
    """Render a template; raise BadLetter for whatever is wrong in it."""
    house = _house()
    try:
        parsed = house.parse(source)
        _check_names(path, parsed, values, {*values, *house.globals})
        return house.from_string(parsed).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise BadLetter(path, _on_line(error.lineno, error.message or "")) from error
    except UsageProblem:
        raise
    except Exception as error:  # a template runs what it likes of our values: whatever fails in it is its own
        raise BadLetter(path, f"{type(error).__name__}: {error}") from error


def _check_names(path: Path, parsed: "nodes.Template", values: Mapping[str, object], known: set[str]) -> None:
    """Raise BadLetter for the first name that no value has, in whatever branch it stands."""
    unknown = meta.find_undeclared_variables(parsed) - known
    found = [(each.lineno, each.name) for each in parsed.find_all(nodes.Name) if each.name in unknown]
    if found:
        line, name = min(found)
        raise BadLetter(
            path,
            _on_line(line, _("`{name}` is not known").format(name=name)),
            _("known ones: {names}").format(names=", ".join(sorted(values))),
        )


def _on_line(number: int, reason: str) -> str:
    return _("line {number}: {reason}").format(number=number, reason=reason)


def _house() -> "sandbox.SandboxedEnvironment":
    house = sandbox.SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    house.globals.pop("lipsum")
    house.filters |= {"euros": _euros, "day": _day}
    return house


def _euros(amount: Any) -> str:  # noqa: ANN401 - whatever a template gives
    """Write an amount as French papers do."""
    if not isinstance(amount, Decimal | int):
        raise TypeError(_("`euros` takes an amount, and `{value}` is none").format(value=amount))
    return money.french(Decimal(amount))


def _day(moment: Any) -> str:  # noqa: ANN401 - whatever a template gives
    """Write a day as French papers do; that of a moment is the one in Paris."""
    if not isinstance(moment, date):
        raise TypeError(_("`day` takes a date, and `{value}` is none").format(value=moment))
    return (paris.in_paris(moment) if isinstance(moment, datetime) else moment).strftime("%d/%m/%Y")
