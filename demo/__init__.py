"""The demonstration: a push becomes a production endpoint on this machine, through AWS's clients."""
