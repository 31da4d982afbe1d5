"""The catalog language: one pydantic model for each kind, and the catalog that they add up to."""
