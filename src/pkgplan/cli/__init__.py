"""The command line: parse, call, report, exit.

Comes in: arguments and the terminal. Goes out: results on stdout, all else on stderr, and an exit code.
Never here: rules, plans, or anything that a test would want without a terminal.
"""
