"""What everybody uses: nouns, errors, vocabulary, pictures, masks, weights."""
