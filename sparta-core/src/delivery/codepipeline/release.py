import base64, glob, hashlib, json, os, re, subprocess, sys, zipfile

bucket, prefix = os.environ["CODE_BUCKET"], os.environ["CODE_PREFIX"]
regions = json.loads(os.environ.get("REGIONS", "{}"))
archive = os.environ["CODEBUILD_SRC_DIR_Code"] + "/code.zip"

def read(path):
    if os.path.islink(path) or not os.path.isfile(path):
        sys.exit(path + " is no file: let `build --buildspec` write buildspec.yml anew, which hands it over")
    with open(path, "rb") as file:
        return file.read()

digest = hashlib.sha256(read(archive))
with zipfile.ZipFile(archive) as code:
    name = code.open("sparta-code-id").read(40).decode()
if not re.fullmatch("[0-9a-f]{40}", name):
    sys.exit("sparta-code-id in code.zip is not the id of its code")
key = f"{prefix}{name}-{digest.hexdigest()}.zip"
checksum = base64.b64encode(digest.digest()).decode()

def copy(bucket, *place):
    def s3(operation, *arguments):
        command = ["aws", "s3api", operation, *place, "--bucket", bucket, "--key", key, *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    checked = ["--checksum-algorithm", "SHA256", "--checksum-sha256", checksum]
    put = s3("put-object", "--body", archive, *checked, "--if-none-match", "*")
    if put.returncode and "PreconditionFailed" not in put.stderr:
        sys.exit(put.stderr)
    there = s3("head-object", "--checksum-mode", "ENABLED", "--query", "ChecksumSHA256", "--output", "text")
    if there.stdout.strip() != checksum:
        sys.exit(f"s3://{bucket}/{key} is not what was built: {there.stdout}{there.stderr}")
    print(f"s3://{bucket}/{key}", "is there already" if put.returncode else "is new")

buckets = {region: os.environ["CODE_BUCKET_" + region.replace("-", "_")] for region in regions.values()}
copy(bucket)
for region, other in sorted(buckets.items()):
    if other != bucket:
        copy(other, "--region", region)

os.makedirs("release")
for path in sorted(glob.glob("*.json")):
    text = read(path)
    if path != "cloudformation.json":
        document = json.loads(text)
        code = {"CodeBucket": buckets.get(regions.get(path), bucket), "CodeKey": key}
        document.setdefault("Parameters", {}).update(code)
        text = json.dumps(document, indent=2).encode()
    print(hashlib.sha256(text).hexdigest(), path)
    with open("release/" + path, "wb") as file:
        file.write(text)
