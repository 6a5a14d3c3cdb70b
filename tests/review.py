"""Runs the function of a pipeline that looks at changes, with services that answer from a list: cases on the standard input."""
import io
import json
import sys
import types
import zipfile


class Services(types.ModuleType):
    """`boto3`, with what one case knows of AWS."""

    def __init__(self, case):
        super().__init__("boto3")
        self.case, self.calls, self.objects = case, [], dict(case["objects"])

    def client(self, name, **of):
        return Client(self, name, of)


class Client:
    class exceptions:
        class ClientError(Exception):
            pass

    def __init__(self, services, name, of):
        self.services, self.name = services, name
        # Where it is not the pipeline itself: with whose key, in which region.
        where = {"key": of.get("aws_access_key_id"), "region": of.get("region_name")}
        self.where = {"where": where} if name != "s3" and of else {}

    def __getattr__(self, operation):
        return lambda **of: self.call(operation, of)

    def call(self, operation, of):
        services = self.services
        if self.name == "s3":
            return getattr(self, f"_{operation}")(of)
        services.calls.append({"operation": operation, **of, **self.where})
        if operation.startswith("put_"):
            return {}
        for answer in services.case["answers"]:
            if answer["operation"] == operation and answer.get("of", {}).items() <= of.items():
                # One that is there more often answers in turn.
                if len(answer["with"]) > 1:
                    return answer["with"].pop(0)
                return answer["with"][0]
        raise Client.exceptions.ClientError(f"{operation} {of}")

    def _head_object(self, of):
        return {"ContentLength": len(self.services.objects[of["Key"]])}

    def _get_object(self, of):
        first, last = of["Range"].removeprefix("bytes=").split("-")
        return {"Body": io.BytesIO(self.services.objects[of["Key"]][int(first) : int(last) + 1])}

    def _put_object(self, of):
        self.services.objects[of["Key"]] = of["Body"]


def packed(files):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as of:
        for name, content in files.items():
            of.writestr(name, content)
    return archive.getvalue()


def unpacked(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as of:
        return {name: of.read(name).decode() for name in of.namelist()}


def run(program, case):
    # A repository has more in it than what is looked for.
    case["objects"] = {"source": packed({"big.bin": "0123456789" * 50_000, **case.get("source", {})})}
    services = sys.modules["boto3"] = Services(case)
    of = types.ModuleType("index")
    exec(program, of.__dict__)
    of.PAUSE = 0
    place = lambda key: {"location": {"s3Location": {"bucketName": "artifacts", "objectKey": key}}}
    data = {
        "actionConfiguration": {"configuration": {"UserParameters": json.dumps(case["asked"])}},
        "artifactCredentials": {"accessKeyId": "key", "secretAccessKey": "s3cr3t", "sessionToken": "token"},
        "inputArtifacts": [place("source")],
        "outputArtifacts": [place("written")],
    }
    of.handler({"CodePipeline.job": {"id": "job", "data": data}}, None)
    *calls, end = services.calls
    written = unpacked(services.objects["written"]) if "written" in services.objects else None
    failure = end["failureDetails"]["message"] if end["operation"] == "put_job_failure_result" else None
    return {"said": end.get("outputVariables"), "failure": failure, "written": written, "calls": calls}


given = json.load(sys.stdin)
# What it prints goes to its log.
out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps([run(given["program"], case) for case in given["cases"]]), file=out)
