"""What the loop survives: faults are put into it, and it must come to the same end."""
