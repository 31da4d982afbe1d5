"""Pure arithmetic of billing: which dates a term has, and which price a line of an invoice has.

Comes in: terms of the catalog. Goes out: values. Never here: findings, payloads, files, or the time.
"""
