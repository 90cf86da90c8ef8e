"""The root of every exception that fourlayer raises on purpose."""


class FourlayerError(Exception):
    """Base class: its text is a message for the user that names what to do."""
