"""What people and programs read: pure functions from values to text and JSON.

Comes in: plans, findings, state, outcomes. Goes out: str and JSON values.
Never here: printing, files, the clock, or a decision. `views.py` is what text and JSON are both made of;
`json.py` keeps the promised shapes, `text/` is for people and may change its words.
"""
