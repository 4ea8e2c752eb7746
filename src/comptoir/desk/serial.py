"""A scanner on a serial port, USB CDC or RS-232: exact bytes, no keyboard in between; the only importer of pyserial."""

import errno
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

from comptoir.core.errors import NotFound, OutsideFailure, UsageProblem
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import shown
from comptoir.desk.framing import PAUSE, Framing
from comptoir.desk.listening import Listener
from comptoir.desk.scanner import Scan

if TYPE_CHECKING:
    import serial
    from serial.tools import list_ports
else:
    serial, list_ports = later("serial"), later("serial.tools.list_ports")

BAUD = 9_600  # what scanners on RS-232 are shipped with; over USB it means nothing


class NoSuchPort(NotFound):
    """No serial port has this name; those there are get told."""

    def __init__(self, port: str, there_are: Sequence[str]) -> None:
        names = ", ".join(shown(name) for name in there_are)
        super().__init__(
            _("there is no serial port `{port}`").format(port=shown(port)),
            _("those there are: {names}").format(names=names)
            if names
            else _("none is plugged in; is the scanner set to USB serial (CDC), not to keyboard?"),
        )


class PortForbidden(UsageProblem):
    """This account may not open the port."""

    def __init__(self, port: str) -> None:
        super().__init__(
            _("`{port}` may not be opened by this account").format(port=shown(port)),
            _("add it to the `dialout` group (`sudo usermod -aG dialout $USER`) and open a new session"),
        )


class PortTaken(OutsideFailure):
    """Another program holds the port."""

    def __init__(self, port: str) -> None:
        super().__init__(
            _("another program is using `{port}`").format(port=shown(port)),
            _("close it and try again"),
        )


class NotSerial(UsageProblem):
    """This is no serial port, or it does not take what is asked of it."""

    def __init__(self, port: str) -> None:
        super().__init__(_("`{port}` cannot be used as a serial port").format(port=shown(port)))


class PortGone(OutsideFailure):
    """The scanner was unplugged, or went out of reach, while it was read."""

    def __init__(self, port: str) -> None:
        super().__init__(
            _("the scanner on `{port}` is gone").format(port=shown(port)),
            _("plug it in and start again; what was scanned before it left counts"),
        )


class Serial:
    """Scans from a serial port, held alone while it is entered.

    Raises NoSuchPort, PortForbidden, PortTaken and NotSerial when it is entered, PortGone while it is read.
    """

    warning = ""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self._name = port
        self._baud = baud

    def __enter__(self) -> Self:
        try:
            self._port = serial.Serial(self._name, self._baud, timeout=PAUSE, exclusive=True)
        except (OSError, ValueError) as error:  # pyserial's own failure is an OSError
            raise self._failure(error) from error
        self._listener = Listener(self._read, Framing(f"serial:{self._name}"))
        return self

    def __exit__(self, *failure: object) -> None:
        self._listener.stop()
        self._port.close()

    def scans(self) -> Iterator[Scan]:
        """Give each scan as it comes, its bytes untouched."""
        return self._listener.heard()

    def _read(self, wait: float) -> bytes | None:
        try:
            first = self._port.read(1) if wait else b""
            return first + self._port.read(self._port.in_waiting) or None
        except OSError as error:
            raise PortGone(self._name) from error

    def _failure(self, error: Exception) -> UsageProblem | OutsideFailure | NotFound:
        match getattr(error, "errno", None):
            case errno.ENOENT | errno.ENODEV | errno.ENXIO:
                return NoSuchPort(self._name, ports())
            case errno.EACCES | errno.EPERM:
                return PortForbidden(self._name)
            case errno.EAGAIN | errno.EBUSY:
                return PortTaken(self._name)
        return NotSerial(self._name)


def ports() -> list[str]:
    """List the serial ports of this machine."""
    return sorted(port.device for port in list_ports.comports())
