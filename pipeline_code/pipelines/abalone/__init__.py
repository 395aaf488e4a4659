"""Predict the age of abalone, in rings of the shell, from measurements of it."""
