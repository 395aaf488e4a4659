"""Programs that run inside a serving container; they import nothing of the local cloud."""
