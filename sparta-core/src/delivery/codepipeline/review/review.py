"""Looks at changes for the pipeline, and says what they are. It runs nothing of what it looks at."""
import io
import json
import time
import zipfile

import boto3

PAUSE = 2


def handler(event, _):
    # The event holds credentials for the artifacts, so it is never logged.
    job = event["CodePipeline.job"]
    pipeline = boto3.client("codepipeline")
    try:
        asked = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        said = {"review": review, "answer": answer, "show": show}[asked["do"]](job["data"], asked)
    except Exception as error:
        known = isinstance(error, Refused)
        message = str(error) if known else f"{type(error).__name__}: {error}"
        pipeline.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": message[:1000]})
        return
    pipeline.put_job_success_result(jobId=job["id"], outputVariables=said)


class Refused(Exception):
    """What keeps a change from being looked at, in words."""


class Remote(io.RawIOBase):
    """An artifact, of which only the parts that are read are fetched."""

    def __init__(self, s3, place):
        self.fetch = lambda **of: s3.get_object(Bucket=place["bucketName"], Key=place["objectKey"], **of)
        self.size = s3.head_object(Bucket=place["bucketName"], Key=place["objectKey"])["ContentLength"]
        self.at = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=io.SEEK_SET):
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        return self.at

    def readinto(self, buffer):
        end = min(self.at + len(buffer), self.size)
        if self.at >= end:
            return 0
        found = self.fetch(Range=f"bytes={self.at}-{end - 1}")["Body"].read()
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


def artifacts(data):
    key = data["artifactCredentials"]
    return boto3.client(
        "s3",
        aws_access_key_id=key["accessKeyId"],
        aws_secret_access_key=key["secretAccessKey"],
        aws_session_token=key["sessionToken"],
    )


def read(data, path):
    place = data["inputArtifacts"][0]["location"]["s3Location"]
    with zipfile.ZipFile(io.BufferedReader(Remote(artifacts(data), place), 1 << 16)) as source:
        if path not in source.namelist():
            raise Refused(f"the repository has no {path}: `cargo run -- build --buildspec` writes it, to be committed")
        return source.read(path).decode()


def hand_over(data, files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    place = data["outputArtifacts"][0]["location"]["s3Location"]
    artifacts(data).put_object(Bucket=place["bucketName"], Key=place["objectKey"], Body=packed.getvalue())


def template_of(stack, cloudformation, **of):
    body = cloudformation.get_template(StackName=stack, TemplateStage="Original", **of)["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else body


def where(asked):
    """CloudFormation where the environment is: in another account or region, in the role that it has there for this."""
    if "role" not in asked:
        return boto3.client("cloudformation")
    key = boto3.client("sts").assume_role(RoleArn=asked["role"], RoleSessionName="changes")["Credentials"]
    return boto3.client(
        "cloudformation",
        region_name=asked["region"],
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
    )


def pinned(pins, name, value):
    """The id that AWS gave a resource of an environment's stack, once it is there."""
    if name not in pins:
        return value
    of = {"StackName": pins[name]["Stack"], "LogicalResourceId": pins[name]["Resource"]}
    try:
        detail = boto3.client("cloudformation").describe_stack_resource(**of)["StackResourceDetail"]
    except boto3.client("cloudformation").exceptions.ClientError:
        return value
    return detail.get("PhysicalResourceId") or value


def short(lines, most):
    """As much of it as an approval shows."""
    whole = "; ".join(lines)
    return whole if len(whole) <= most else f"{whole[:most]}... ({len(lines)} in all)"


def review(data, asked):
    """Compares the pipeline's template in the repository with the one that is deployed."""
    written = read(data, asked["template"])
    new, old = json.loads(written), template_of(asked["stack"], boto3.client("cloudformation"))
    stack = boto3.client("cloudformation").describe_stacks(StackName=asked["stack"])["Stacks"][0]
    had = {it["ParameterKey"]: it["ParameterValue"] for it in stack.get("Parameters", [])}
    pins = new.get("Metadata", {}).get("Pins", {})
    has = {name: pinned(pins, name, had.get(name, of.get("Default"))) for name, of in new.get("Parameters", {}).items()}
    has = {name: value for name, value in has.items() if value is not None}
    wide, other = widened(old, new), list(rebuilt(old, new))
    lines = [*wide, *other] or [f"{path} changes" for path in leaves(old, new, "the template")]
    if not lines and had == has:
        verdict, lines = "same", ["nothing changes"]
    else:
        verdict = "asks" if wide or other else "passes"
    print("\n".join([verdict, *lines]))
    configuration = json.dumps({"Parameters": has})
    hand_over(data, {"pipeline.json": written, "configuration.json": configuration, "review.txt": "\n".join(lines)})
    return {"Verdict": verdict, "Changes": short(lines, 800)}


def answer(_, asked):
    """Approves what nobody has to look at. What is not approved waits for somebody."""
    if asked["verdict"] not in ("same", "passes"):
        return {"Answer": "somebody has to approve it"}
    pipeline, of = boto3.client("codepipeline"), {"stageName": asked["stage"], "actionName": asked["action"]}
    for _ in range(60):
        stages = {it["stageName"]: it for it in pipeline.get_pipeline_state(name=asked["pipeline"])["stageStates"]}
        stage = stages[asked["stage"]]
        action = {it["actionName"]: it for it in stage["actionStates"]}[asked["action"]].get("latestExecution", {})
        is_ours = stage.get("latestExecution", {}).get("pipelineExecutionId") == asked["execution"]
        if is_ours and action.get("status") == "InProgress" and "token" in action:
            result = {"status": "Approved", "summary": "It allows nothing more, and no gate goes."}
            pipeline.put_approval_result(pipelineName=asked["pipeline"], result=result, token=action["token"], **of)
            return {"Answer": "approved"}
        time.sleep(PAUSE)
    raise Refused(f"the approval {asked['action']} did not begin")


def show(data, asked):
    """Says what a change set changes."""
    of = {"StackName": asked["stack"], "ChangeSetName": asked["changeSet"]}
    cloudformation, changes, status, token = where(asked), [], "", {}
    while token is not None:
        try:
            page = cloudformation.describe_change_set(**of, **token, IncludePropertyValues=True)
        except cloudformation.exceptions.ChangeSetNotFoundException:
            # AWS does not say whether an empty one is kept.
            page = {"Status": "FAILED"}
        changes += [it["ResourceChange"] for it in page.get("Changes", []) if "ResourceChange" in it]
        status, token = page["Status"], {"NextToken": page["NextToken"]} if page.get("NextToken") else None
    lines = [told(change) for change in changes] if status != "FAILED" else []
    if lines:
        stacks = cloudformation.describe_stacks(StackName=asked["stack"])["Stacks"]
        is_new = stacks[0]["StackStatus"] == "REVIEW_IN_PROGRESS"
        old = {} if is_new else template_of(asked["stack"], cloudformation)
        wide = [] if is_new else widened(old, template_of(asked["stack"], cloudformation, ChangeSetName=asked["changeSet"]))
        lines = [f"widens: {it}" for it in wide] + lines
    lines = lines or ["nothing changes"]
    print("\n".join(lines))
    hand_over(data, {"changes.txt": "\n".join(lines), "changes.json": json.dumps(changes, indent=2, default=str)})
    return {"Changes": short(lines, asked["room"])}


def told(change):
    """One resource's change, such as `Modify Table (AWS::DynamoDB::Table), replaced: KeySchema`."""
    line = f"{change['Action']} {change['LogicalResourceId']} ({change['ResourceType']})"
    if change.get("Replacement") in ("True", "Conditional"):
        line += ", replaced" if change["Replacement"] == "True" else ", maybe replaced"
    if change["Action"] == "Remove" and "Retain" in change.get("PolicyAction", ""):
        line += ", kept"
    of = [detail["Target"] for detail in change.get("Details", [])]
    names = list(dict.fromkeys(it.get("Name") or it["Attribute"] for it in of))
    return f"{line}: {', '.join(names)}" if names else line
