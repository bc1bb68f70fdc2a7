"""The sampler plans batches of vectors and learns from completed ones."""
