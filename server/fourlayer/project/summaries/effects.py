"""What a function comes to for the defence of a webhook: the steps it takes, and those that it lacks."""

from __future__ import annotations

from typing import NamedTuple

from fourlayer.project.summaries.labels import Label

Steps = frozenset[str]
"""Of `limited`, `tenant`, `verified`, `claimed`, `parsed`, and notes on them such as `managed`."""

NONE: Steps = frozenset()
ALL: Steps = frozenset({"limited", "tenant", "verified", "claimed", "parsed", "managed", "handed", "looked"})
WANTED: Steps = frozenset({"limited", "tenant", "verified", "claimed"})


class State(NamedTuple):
    """What was done on every path to a place, and on any."""

    must: Steps = NONE
    may: Steps = NONE

    def having(self, steps: Steps) -> State:
        """The state after some steps were taken."""
        return State(self.must | steps, self.may | steps) if steps else self

    def maybe(self, steps: Steps) -> State:
        """The state after steps that may have been taken, or notes."""
        return State(self.must, self.may | steps) if steps else self


def join(one: State, two: State) -> State:
    """The state where two paths meet."""
    return State(one.must & two.must, one.may | two.may)


class Effects(NamedTuple):
    """What a call of a function comes to, where nothing was done before it.

    `after` holds whenever it returns, `true` and `false` where what it returns says yes or no, `going`
    where a middleware goes on (None: it never does). `lacks` are the steps that were missing at a use of
    what came in, `answers` those missing where it is only answered with, `early` those missing where a
    signature is verified, `hasty` those missing where an event is claimed.
    """

    after: Steps = NONE
    true: Steps = NONE
    false: Steps = NONE
    going: Steps | None = None
    may: Steps = NONE
    lacks: Steps = NONE
    answers: Steps = NONE
    early: Steps = NONE
    hasty: Steps = NONE
    raw: frozenset[str] = NONE
    """Which unchecked parts of the request (`raw`, `input`, `param`) reach a use, `answered` an answer."""
    unreleased: bool = False
    """A use that may fail stands after the claim, and nothing gives the claim back."""
    used: bool = False
    returns: Label = ""
    opaque: bool = False
    """It calls what is out of reach."""
    acts: Steps = NONE
    """The steps that were missing at every such call, be the payload used in it or not."""


UNKNOWN_EFFECTS = Effects()


def in_each(states: list[Steps]) -> Steps:
    """What holds in each; all of it where there is none."""
    if not states:
        return ALL
    found = states[0]
    for state in states[1:]:
        found &= state
    return found
