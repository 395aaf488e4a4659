"""Where the service listens: its API, and the address that custom resources' functions answer to."""

from localcloud.cloudformation.responses import CloudFormationResponse

url_bases = [r"https?://cloudformation\.(.+)\.amazonaws\.com"]

url_paths = {
    "{0}/$": CloudFormationResponse.dispatch,
    "{0}/cloudformation_(?P<region>[^/]+)/cfnresponse$": CloudFormationResponse.custom_answer,
}
