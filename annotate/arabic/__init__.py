"""Arabic text: characters, folding with a way back, clitics, tokens, sentences."""
