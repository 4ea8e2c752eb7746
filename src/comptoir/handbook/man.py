"""Man pages in French: one for the program, one for each feature; what the commands say, and notes written by hand."""

from importlib.resources import files

from comptoir import __version__
from comptoir.core import errors
from comptoir.core.i18n import _
from comptoir.desk.output import View
from comptoir.desk.settings import ENTRIES, PREFIX, Entry
from comptoir.handbook.commands import PROGRAM, Command, Parameter, program
from comptoir.handbook.roff import NO_BREAK, bold, entry, literal, page, prose, rendered, section, slanted, subsection

# The day of each version: mandoc wants a date, and one version must give the same bytes on any day.
RELEASED = {"0.1.0": "2026-11-22"}

CODES = {
    errors.DONE: "C'est fait. Une liste vide est une réponse.",
    errors.BUG: "Une anomalie du programme, à signaler.",
    errors.USAGE: "La ligne de commande ou un réglage est mal écrit, ou une valeur manque.",
    errors.MISSING: "Ce qui est nommé n'existe pas.",
    errors.REFUSED: "Une règle du métier refuse.",
    errors.OUTSIDE: "Un service ou un appareil extérieur a échoué : réessayer peut suffire.",
    errors.DATABASE: "La base de données est occupée, pleine, endommagée, étrangère, ou plus récente que le programme.",
    errors.INTERRUPTED: "Interrompu : ce qui n'a pas été confirmé n'est pas enregistré.",
    errors.PIPE_CLOSED: "Le programme qui lisait la sortie est parti avant la fin.",
}
# Defaults that the settings work out on each machine, as they are on a plain Linux one.
DEFAULTS = {"database": "~/.local/share/comptoir/comptoir.db"}


def pages() -> dict[str, str]:
    """Give every page by the name of its file, such as `comptoir-catalog.1`; raise FileNotFoundError without a note."""
    root = program()
    return {f"{command.page}.1": _page(command, root) for command in root.groups()}


def note(name: str) -> str:
    """Give what was written by hand for a page, in the markup of `roff`; raise FileNotFoundError."""
    return (files("comptoir.handbook") / "notes" / f"{name}.txt").read_text("utf-8")


def _page(command: Command, root: Command) -> str:
    parts = {
        "features": "\n".join(
            entry(_reference(each), prose(each.help)) for each in command.commands if each.is_feature
        ),
        "commands": "\n".join(_command(each) for each in command.commands if not each.is_feature),
        "options": "\n".join(_parameter(each) for each in command.parameters),
        "output": "\n".join(_parameter(each) for each in _output(root)),
        "settings": "\n".join(_setting(each) for each in ENTRIES),
        "codes": "\n".join(entry(bold(str(code)), prose(text)) for code, text in CODES.items()),
    }
    return page([*_head(command, root), *rendered(note(command.page), parts), *_see_also(command, root)])


def _head(command: Command, root: Command) -> list[str]:
    name, line = literal(command.page), command.help.rstrip(".")
    typed = (
        [command] if command is root else [each for each in command.leaves() if each in (command, *command.commands)]
    )
    return [
        '.\\" Written by python -m comptoir.handbook: change the commands or the notes, not this file.',
        f'.TH {name.upper()} 1 {RELEASED[__version__]} "comptoir {__version__}" "Manuel de comptoir"',
        section("NOM"),
        f"{name} \\- {prose(line[:1].lower() + line[1:])}",
        section("SYNOPSIS"),
        "\n.br\n".join(_synopsis(each) for each in typed),
    ]


def _synopsis(command: Command) -> str:
    words = [bold(command.path), f"[{slanted('OPTIONS')}]", *map(_argument, command.arguments)]
    if not command.runs:
        words.append(f"{slanted('COMMANDE')} ...")
    return " ".join(words)


def _argument(argument: Parameter) -> str:
    word = slanted(argument.names[0]) + (" ..." if argument.several else "")
    return word if argument.required else f"[{word}]"


def _command(command: Command) -> str:
    output = _output_options(command)
    own = [each for each in command.parameters if each not in output and "--help" not in each.names]
    blocks = [subsection(command.path), ".PP", prose(command.help), *map(_parameter, own)]
    if output:
        blocks.append(entry(", ".join(map(_names, output)), f"Sortie{NO_BREAK}: voir {bold(PROGRAM)}(1)."))
    return "\n".join(blocks)


def _output_options(command: Command) -> list[Parameter]:
    """Give the options of output, told once for all in the program's page; nothing where a command has not all."""
    found = [each for each in command.parameters if each.key in View._fields]
    return found if len(found) == len(View._fields) else []


def _output(root: Command) -> list[Parameter]:
    return next(found for found in map(_output_options, root.leaves()) if found)


def _parameter(parameter: Parameter) -> str:
    return entry(_names(parameter), _told(parameter))


def _names(parameter: Parameter) -> str:
    if not parameter.is_option:
        return slanted(parameter.names[0])
    names = ", ".join(map(bold, parameter.names))
    return f"{names} {slanted(parameter.metavar)}" if parameter.metavar else names


def _told(parameter: Parameter) -> str:
    facts = [parameter.help]
    if parameter.choices:
        facts.append(f"Au choix : {', '.join(f'`{choice}`' for choice in parameter.choices)}.")
    if parameter.least is not None:
        facts.append(f"Au moins {parameter.least}.")
    if parameter.is_option and parameter.several:
        facts.append("Peut être répétée.")
    if parameter.default:
        facts.append(f"Par défaut : `{parameter.default}`")
    return prose(" ".join(facts))


def _setting(setting: Entry) -> str:
    told = _(setting.description)
    default = setting.default or DEFAULTS.get(setting.name)
    facts = f"{told[:1].upper()}{told[1:]}." + (f" Par défaut : `{default}`" if default else "")
    return entry(f"{bold(setting.name)}, {bold(PREFIX + setting.name.upper())}", prose(facts))


def _see_also(command: Command, root: Command) -> list[str]:
    others = [_reference(each) for each in root.groups() if each.path != command.path]
    return [section("VOIR AUSSI"), ",\n".join(others)]


def _reference(command: Command) -> str:
    return f"{bold(command.page)}(1)"
