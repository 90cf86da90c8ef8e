"""The rule, beside its page."""
