"""What a rule may ask while it judges: the snapshot, the configuration, its own options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.project.snapshot import View


class Context:
    """Handed to every call of a rule. Immutable; `view` records what the rule read.

    `options` is an instance of the rule's own options type (its defaults where nothing is configured).
    """

    __slots__ = ("options", "settings", "today", "view")

    def __init__(self, view: View, settings: Settings, options: object, today: str) -> None:
        self.view = view
        self.settings = settings
        self.options = options
        self.today = today
        """The date as `YYYY-MM-DD`, for expiry dates in suppressions."""
