"""The outside world: one module for each library, file format or service that pkgplan touches.

Comes in: what `wiring.py` hands over. Goes out: implementations of the ports, and files read or written.
Never here: deciding anything; and no adapter imports another one's library.
"""
