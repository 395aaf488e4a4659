"""What the end-to-end tests would create in a real account, and about what that costs, without a call."""
