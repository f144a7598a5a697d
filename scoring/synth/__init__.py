"""Synthetic immunohistochemistry with exact truth. Trained on or measured with this: synthetic tissue, research use only."""
