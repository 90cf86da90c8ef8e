"""Runs a provider's own code on made-up input, as far as its outcome is certain."""
