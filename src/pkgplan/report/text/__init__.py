"""Reports for people: one module for each subject.

Comes in: views and values of the model, and a palette. Goes out: text that ends in a newline, or nothing.
Never here: escape codes that nobody asked for; whatever a user or the API wrote passes through `visible`.
"""
