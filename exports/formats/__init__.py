"""One module per format; none knows another."""
