# Links stay links, so that none brings anything along from elsewhere; the clone's own data stays here.
zip --quiet --recurse-paths --symlinks /tmp/source.zip . --exclude '.git/*'
version=$(aws s3api put-object --bucket "$ARTIFACTS" --key "$SOURCE" --body /tmp/source.zip --query VersionId --output text)
build=$(aws codebuild start-build --project-name "$BUILD_PROJECT" --source-version "$version" \
    --environment-variables-override "name=PULL_REQUEST_COMMIT,value=$CODEBUILD_RESOLVED_SOURCE_VERSION" \
    --query build.id --output text)
echo "building as $build"
status=IN_PROGRESS
while [ "$status" = IN_PROGRESS ]; do
    sleep 15
    status=$(aws codebuild batch-get-builds --ids "$build" --query 'builds[0].buildStatus' --output text)
done
aws codebuild batch-get-builds --ids "$build" --query 'builds[0].[buildStatus, logs.deepLink]' --output text
test "$status" = SUCCEEDED
