"""Systems Manager's Parameter Store: moto's, with its events and with who changed what."""
