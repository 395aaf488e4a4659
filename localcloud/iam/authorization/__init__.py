"""Each call is authorised as its caller, as IAM does it; `gate` is the entrance."""
