"""What asynchronous functions do after they have waited, while their caller goes on.

A run follows a call of an asynchronous function to its end at once. Where its caller does not wait for it,
what it writes after its first `await` comes too early: whoever touches that in the meantime cannot be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import Uncertain

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.values import Promise

Slot = tuple[int, str]
"""A place that can be written: what holds it (its identity), and its name there."""


class Activation:
    """A running asynchronous function: whether it has waited, and what was written since."""

    __slots__ = ("late", "slots")

    def __init__(self) -> None:
        self.late = False
        self.slots: set[Slot] = set()


class Waiting:
    """What is written late in one run: by functions that run, and for promises that nobody waits for yet."""

    def __init__(self) -> None:
        self.watches = False
        """Whether reads and writes matter at all."""
        self._running: list[Activation] = []
        self._floating: dict[int, set[Slot]] = {}

    def enter(self) -> None:
        """An asynchronous function starts."""
        self._running.append(Activation())

    def leave(self, promise: Promise) -> None:
        """It ends with a promise."""
        activation = self._running.pop()
        if activation.slots:
            self._floating.setdefault(id(promise), set()).update(activation.slots)
        self._update()

    def waited(self, promise: object) -> None:
        """The function that runs innermost waits for a promise: what that wrote is written by now."""
        slots = self._floating.pop(id(promise), set())
        if self._running:
            self._running[-1].late = True
            self._running[-1].slots |= slots
        self._update()

    def handed_on(self, promise: Promise, to: Promise) -> None:
        """Whoever waits for another promise waits for this one."""
        slots = self._floating.pop(id(promise), None)
        if slots is not None:
            self._floating.setdefault(id(to), set()).update(slots)

    def read(self, holder: object, name: str = "") -> None:
        """Something is read."""
        slot = (id(holder), name)
        if any(slot in slots for slots in self._floating.values()):
            raise Uncertain

    def write(self, holder: object, name: str = "") -> None:
        """Something is written."""
        self.read(holder, name)
        for activation in self._running:
            if activation.late:
                activation.slots.add((id(holder), name))

    def _update(self) -> None:
        self.watches = bool(self._floating) or any(activation.late for activation in self._running)
