"""Another team's apps and pipelines, on the local cloud as it is."""
