"""Verbs: functions from one noun of the model to the next; they never import each other, pipeline/ does."""
