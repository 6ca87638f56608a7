"""The real Label Studio: server, page, tasks, results, campaigns."""
