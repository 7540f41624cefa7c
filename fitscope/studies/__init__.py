"""Many plans through one mechanism: repeats, folds, remedies, sizes and searches, in this process, in others, or on a cluster."""
