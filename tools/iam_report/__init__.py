"""What each role of the stacks may do, what it did, and what it was denied, after a run of the loop."""
