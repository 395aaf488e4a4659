"""The local cloud against what AWS publishes: events, shapes, schemas."""
