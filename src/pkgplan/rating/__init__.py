"""Pure arithmetic of billing: which dates a term has, what it grants, and which price a line of an invoice has.

Comes in: terms of the catalog, bodies of calls, instants and amounts. Goes out: values.
Never here: findings, what has to be sent, files, or the present.
Two calendars: `moments` compares offsets when no start is known, so that a rule holds for every contract;
`calendar` has a start and gives instants.
"""
