import json
import urllib.request

import boto3
from botocore.config import Config

# A migration runs once: neither this client nor Lambda tries it again.
functions = boto3.client("lambda", config=Config(read_timeout=890, retries={"total_max_attempts": 1}))
stacks = boto3.client("cloudformation")


def handler(event, context):
    status, reason = "SUCCESS", "There was nothing to migrate"
    try:
        asked = event["ResourceProperties"]
        if asked["Run"] and event["RequestType"] != "Delete" and not is_rolled_back(event["StackId"]):
            migrate(asked["Functions"][asked["Run"]], event["StackId"].split("/")[1])
            reason = f"{asked['Run']} has migrated"
    except Exception as error:
        status, reason = "FAILED", str(error)
    print(json.dumps({"status": status, "reason": reason}))
    answer(event, status, reason)


# A rollback goes back to what has migrated already.
def is_rolled_back(stack):
    return "ROLLBACK" in stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def migrate(function, stack):
    asked = json.dumps({"stack": stack})
    answered = functions.invoke(FunctionName=function, Payload=asked)
    payload = answered["Payload"].read().decode()
    if "FunctionError" in answered:
        try:
            error = json.loads(payload)
            payload = f"{error.get('errorType')}: {error.get('errorMessage')}"
        except (AttributeError, ValueError):
            pass
        raise RuntimeError(f"The migration {function} failed, and nothing has moved: {payload}")


def answer(event, status, reason):
    # CloudFormation reads 4,096 bytes.
    document = {
        "Status": status,
        "Reason": reason[:1000],
        "PhysicalResourceId": event["LogicalResourceId"],
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    body = json.dumps(document).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
    urllib.request.urlopen(request, timeout=30)
