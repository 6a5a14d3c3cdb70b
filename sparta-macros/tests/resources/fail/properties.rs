use sparta_core::resource;

fn main() {
    resource!(AWS::S3::Bucket {
        VersionConfiguration: { Status: "Enabled" },
        LifecycleConfiguration: {
            Rules: [
                { Id: "one", Status: "Enabled", ExpirationInDays: 1 },
                { Id: "two", Status: "Enabled", ExpirationDays: 1 },
            ],
        },
        "Tag": [{ Key: "app", Value: "hello" }],
        Colour: "red",
    });
}
