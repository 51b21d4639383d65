"""What everybody uses: nouns, errors, vocabulary, pictures in and out, weights, masks, warps."""
