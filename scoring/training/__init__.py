"""Training of the networks: data, augmentation, losses, and a loop that survives being killed."""
