"""The batch-scoring pipeline: the live version's predictions for a data set, checked and handed over."""
