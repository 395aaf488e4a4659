"""Both check engines on the local cloud: every flag, baseline and message of the contract."""
