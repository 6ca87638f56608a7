"""What the words mean: the data contract and the label schema."""
