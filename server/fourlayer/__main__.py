"""`python -m fourlayer` is the command `fourlayer`."""

from fourlayer.cli.main import entry

if __name__ == "__main__":
    entry()
