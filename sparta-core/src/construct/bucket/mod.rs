//! Buckets of S3.

mod cors;
mod events;
mod grants;
mod life_cycle;
mod object_event;

pub use cors::{CorsMistake, CorsRule};
pub use events::{BucketEvents, BucketEventsMistake};
pub use grants::{BucketGrant, BucketGrantMistake};
pub use life_cycle::{LifeCycle, LifeCycleMistake, StorageClass};
pub use object_event::ObjectEvent;

use std::marker::PhantomData;

use super::{Construct, NameError, New, declared, declared::Declared, grant::tls_only, name, source::Form};
use crate::{
    attribute,
    cfn::{Resource, Value, append},
    mistake::Problem,
    property, resource,
};

/// A bucket of S3.
///
/// It is private, encrypted, takes requests over TLS only, ignores access control lists, gives up uploads that nobody
/// finished within 7 days, and is kept with its objects when its stack is deleted.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Error, Function, LambdaEvent, construct::{Bucket, ObjectEvent}, service_fn};
///
/// fn images() -> Bucket {
///     Bucket::new("images")
/// }
///
/// async fn thumbnail(event: LambdaEvent<ObjectEvent>) -> Result<(), Error> {
///     let bucket = images().name()?;
///     tracing::info!(bucket, key = event.payload.key, "makes a thumbnail");
///     Ok(())
/// }
///
/// let thumbnail = Function::event("thumbnail", service_fn(thumbnail))
///     .uses(images().read().under("uploads/"))
///     .uses(images().write().under("thumbs/"))
///     .trigger(images().created().under("uploads/").ending(".jpg"));
/// App::new("Links").function(thumbnail).check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Bucket<Origin = New> {
    declared: Declared,
    versioned: bool,
    life_cycle: LifeCycle,
    life_cycles: Vec<LifeCycle>,
    cors: Vec<CorsRule>,
    kms_key: Option<Value>,
    origin: PhantomData<Origin>,
}

const FORM: Form = Form { service: "s3", prefix: "" };
const POLICY: &str = "BucketPolicy";
/// How many days an upload has until it is given up.
const UPLOAD_DAYS: u32 = 7;

declared::construct!(Bucket, "bucket", FORM);

impl Bucket {
    /// A bucket that the stack makes. Its name in AWS is CloudFormation's.
    pub fn new(name: impl Into<String>) -> Self {
        Self::of(Declared::new(name.into(), "Bucket"))
    }

    /// Keeps what objects were before they were changed or deleted.
    ///
    /// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>.
    pub fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    /// Deletes objects so many days after they were put.
    pub fn expire_after(mut self, days: u32) -> Self {
        self.life_cycle = self.life_cycle.expire_after(days);
        self
    }

    /// Deletes former versions of objects so many days after they were replaced.
    pub fn expire_versions_after(mut self, days: u32) -> Self {
        self.life_cycle = self.life_cycle.expire_versions_after(days);
        self
    }

    /// Gives up uploads in parts that nobody finished within so many days; 7 by default.
    pub fn abort_uploads_after(mut self, days: u32) -> Self {
        self.life_cycle = self.life_cycle.abort_uploads_after(days);
        self
    }

    /// Moves objects to another storage class so many days after they were put.
    pub fn move_after(mut self, days: u32, class: StorageClass) -> Self {
        self.life_cycle = self.life_cycle.move_after(days, class);
        self
    }

    /// A life cycle of objects under a prefix.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::construct::{Bucket, LifeCycle, StorageClass};
    ///
    /// let files = Bucket::new("files")
    ///     .move_after(90, StorageClass::StandardIa)
    ///     .life_cycle(LifeCycle::under("tmp/").expire_after(1));
    /// ```
    pub fn life_cycle(mut self, rule: LifeCycle) -> Self {
        self.life_cycles.push(rule);
        self
    }

    /// Lets pages of other origins make requests: adds a rule, of which there are at most 100.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::construct::{Bucket, CorsRule};
    ///
    /// let uploads = Bucket::new("uploads").cors(CorsRule::new(["https://links.example"], ["GET", "PUT"]));
    /// ```
    pub fn cors(mut self, rule: CorsRule) -> Self {
        self.cors.push(rule);
        self
    }

    /// Deletes it when its stack is deleted. CloudFormation refuses that while there are objects in it.
    pub fn delete_with_stack(mut self) -> Self {
        self.declared.delete_with_stack();
        self
    }
}

impl<Origin: Clone> Bucket<Origin> {
    fn of(declared: Declared) -> Self {
        Self {
            declared,
            versioned: false,
            life_cycle: LifeCycle::default().abort_uploads_after(UPLOAD_DAYS),
            life_cycles: Vec::new(),
            cors: Vec::new(),
            kms_key: None,
            origin: PhantomData,
        }
    }

    /// The KMS key, by its ARN, that objects are encrypted with, in place of S3's own; of one that exists already, the key that
    /// it has. Grants allow its use through S3.
    pub fn kms_key(mut self, arn: impl Into<Value>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Its name in AWS, in a function that uses it.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn name(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "Bucket", "read")
    }

    /// What invokes a function for each object that is put: new, or in place of another.
    pub fn created(self) -> BucketEvents<Origin> {
        BucketEvents::created(self)
    }

    /// What invokes a function for each object that is deleted, by a request or at the end of its life cycle.
    pub fn removed(self) -> BucketEvents<Origin> {
        BucketEvents::removed(self)
    }

    pub(super) fn arn(&self) -> Value {
        let of_new = || attribute!(AWS::S3::Bucket, self.declared.id(), "Arn");
        self.declared.existing_arn().unwrap_or_else(of_new)
    }

    /// The ARN of objects, which may have wildcards: `uploads/*`.
    fn objects(&self, keys: &str) -> Value {
        append(&self.arn(), &format!("/{keys}"))
    }

    fn resource(&self) -> Resource {
        let life_cycles = [&self.life_cycle].into_iter().chain(&self.life_cycles);
        let life_cycles: Vec<Value> = life_cycles.enumerate().map(|(n, rule)| rule.property(n)).collect();
        let cors: Vec<Value> = self.cors.iter().map(CorsRule::property).collect();
        resource!(AWS::S3::Bucket {
            BucketEncryption: { ServerSideEncryptionConfiguration: [(self.encryption())] },
            CorsConfiguration: (Some(cors)
                .filter(|rules| !rules.is_empty())
                .map(|rules| property!(AWS::S3::Bucket.CorsConfiguration { CorsRules: (rules) }))),
            LifecycleConfiguration: { Rules: (life_cycles) },
            OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
            PublicAccessBlockConfiguration: {
                BlockPublicAcls: true,
                BlockPublicPolicy: true,
                IgnorePublicAcls: true,
                RestrictPublicBuckets: true,
            },
            VersioningConfiguration: (self.versioned.then(|| {
                property!(AWS::S3::Bucket.VersioningConfiguration { Status: "Enabled" })
            })),
        })
    }

    fn encryption(&self) -> Value {
        let algorithm = if self.kms_key.is_some() { "aws:kms" } else { "AES256" };
        property!(AWS::S3::Bucket.BucketEncryption.ServerSideEncryptionConfiguration[] {
            // One key of the bucket's in place of a call of KMS for each object.
            BucketKeyEnabled: (self.kms_key.as_ref().map(|_| true)),
            ServerSideEncryptionByDefault: { KMSMasterKeyID: (&self.kms_key), SSEAlgorithm: (algorithm) },
        })
    }

    fn policy(&self) -> Resource {
        let policy = tls_only("s3:*", [self.arn(), self.objects("*")]);
        resource!(AWS::S3::BucketPolicy { Bucket: (self.declared.id().reference()), PolicyDocument: (policy) })
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        // A bucket that stays keeps its policy.
        [("Bucket", self.resource()), (POLICY, self.policy())]
            .map(|(role, resource)| (role, self.declared.kept(resource)))
            .into()
    }
}

impl<Origin: Clone + std::fmt::Debug + Send + Sync + 'static> Construct for Bucket<Origin> {
    declared::forwards!(Bucket);

    fn value(&self) -> Value {
        self.declared.existing_name().unwrap_or_else(|| self.declared.id().reference())
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.declared.check(&["Bucket", POLICY]);
        let life_cycles = [&self.life_cycle].into_iter().chain(&self.life_cycles);
        problems.extend(life_cycles.flat_map(|rule| rule.check(self.versioned)).map(Problem::from));
        problems.extend(self.cors.iter().flat_map(CorsRule::check).map(Problem::from));
        problems
    }
}
