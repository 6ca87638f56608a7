"""The tool: command line, Label Studio, Arabic text, rules, curation."""
