"""What deployments do to the people who use prod: each kind of deployment, under a steady load.

`cloud` has the stacks and versions, `scenarios` what is done to prod, `load` and `locustfile` the requests
meanwhile, `samples` and `figures` what came of them, `report` the tables.
"""
