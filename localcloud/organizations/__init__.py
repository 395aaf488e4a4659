"""AWS Organizations: how this cloud gets more than one account."""
