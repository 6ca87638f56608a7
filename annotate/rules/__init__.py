"""The rule engine: lexicons and rules are data, suggestions name their rule."""
