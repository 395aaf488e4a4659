"""A package by its own file, because some distribution installs a top-level `tests` as well."""
