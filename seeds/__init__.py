"""Data: articles, lexicons, rules, the kept passes, gold."""
