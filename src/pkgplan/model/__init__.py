"""Nouns: frozen values, no input or output, no clock. Everything else in the house speaks in these."""
