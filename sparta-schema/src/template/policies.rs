//! `CreationPolicy`, `UpdatePolicy` and what is done with a resource that goes.

use serde_json::Value as Json;

use crate::json::function;
use crate::template::{MistakeKind, Place, Report};

/// What a policy looks like.
enum Form {
    Map(&'static [(&'static str, Form)]),
    Whole,
    Flag,
    Text,
    Anything,
    OneOf(&'static [&'static str]),
}

use Form::{Anything, Flag, Map, OneOf, Text, Whole};

const SIGNAL: (&str, Form) = ("ResourceSignal", Map(&[("Count", Whole), ("Timeout", Text)]));
const FLEET: Form = Map(&[("Type", Flag)]);

const CREATION: &[(&str, Form)] = &[
    ("AWS::AppStream::Fleet", Map(&[("StartFleet", Anything)])),
    (
        "AWS::AutoScaling::AutoScalingGroup",
        Map(&[SIGNAL, ("AutoScalingCreationPolicy", Map(&[("MinSuccessfulInstancesPercent", Whole)]))]),
    ),
    ("AWS::CloudFormation::WaitCondition", Map(&[SIGNAL])),
    ("AWS::EC2::Instance", Map(&[SIGNAL])),
];

const UPDATE: &[(&str, Form)] = &[
    ("AWS::AppStream::Fleet", Map(&[("StartAfterUpdate", FLEET), ("StopBeforeUpdate", FLEET)])),
    ("AWS::AutoScaling::AutoScalingGroup", Map(GROUP)),
    ("AWS::ElastiCache::ReplicationGroup", Map(&[("UseOnlineResharding", Flag)])),
    ("AWS::Elasticsearch::Domain", Map(&[("EnableVersionUpgrade", Flag)])),
    (
        "AWS::Lambda::Alias",
        Map(&[(
            "CodeDeployLambdaAliasUpdate",
            Map(&[
                ("AfterAllowTrafficHook", Text),
                ("ApplicationName", Text),
                ("BeforeAllowTrafficHook", Text),
                ("DeploymentGroupName", Text),
            ]),
        )]),
    ),
    ("AWS::OpenSearchService::Domain", Map(&[("EnableVersionUpgrade", Flag)])),
];

const GROUP: &[(&str, Form)] = &[
    (
        "AutoScalingInstanceRefresh",
        Map(&[("Preferences", Anything), ("Strategy", OneOf(&["ReplaceRootVolume", "Rolling"]))]),
    ),
    ("AutoScalingReplacingUpdate", Map(&[("WillReplace", Flag)])),
    (
        "AutoScalingRollingUpdate",
        Map(&[
            ("MaxBatchSize", Whole),
            ("MinActiveInstancesPercent", Whole),
            ("MinInstancesInService", Whole),
            ("MinSuccessfulInstancesPercent", Whole),
            ("PauseTime", Text),
            ("SuspendProcesses", Anything),
            ("WaitOnResourceSignals", Flag),
        ]),
    ),
    ("AutoScalingScheduledAction", Map(&[("IgnoreUnmodifiedGroupSizeProperties", Flag)])),
];

/// What a snapshot can be taken of.
pub(super) const WITH_SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

impl Report<'_> {
    pub(super) fn creation_policy(&mut self, place: Place<'_>, resource_type: &str, value: &Json) {
        if resource_type.ends_with("::MODULE") {
            return self.add(place, MistakeKind::ResourceAttribute, "a module has no `CreationPolicy`");
        }
        if let Some((_, form)) = CREATION.iter().find(|(name, _)| *name == resource_type) {
            self.form(place, form, value);
        }
    }

    pub(super) fn update_policy(&mut self, place: Place<'_>, resource_type: &str, value: &Json) {
        if let Some((_, form)) = UPDATE.iter().find(|(name, _)| *name == resource_type) {
            return self.form(place, form, value);
        }
        // SAM passes it on, and others have what AWS does not know
        let is_module = resource_type.ends_with("::MODULE");
        let is_known = resource_type.starts_with("AWS::") && !resource_type.starts_with(super::SERVERLESS);
        if is_module || (is_known && !self.names.is_open) {
            let message = format!("{resource_type} has no `UpdatePolicy`");
            self.add(place, MistakeKind::ResourceAttribute, message);
        }
    }

    fn form(&mut self, place: Place<'_>, form: &Form, value: &Json) {
        let (map, text) = (value.as_object(), super::parameters::text(value));
        if let Some((name, argument)) = map.and_then(function) {
            // these make text, or what stands for the whole
            let is_open = matches!(name, "Fn::If" | "Fn::FindInMap" | "Fn::Transform" | "Fn::GetAtt")
                || self.names.has_extensions;
            let is_no_value = name == "Ref" && argument == "AWS::NoValue";
            if matches!(form, Map(_)) && !is_open && !is_no_value {
                let message = format!("`{}` must be a map, which `{name}` does not make", place.path.last());
                self.add(place, MistakeKind::ResourceAttribute, message);
            }
            return;
        }
        let is_number = |it: &str| it.trim().parse::<f64>().is_ok_and(|it| it.fract() == 0.0);
        let (is_right, expected) = match form {
            Anything => return,
            _ if value.is_null() => return,
            Map(keys) => {
                for (key, value) in map.into_iter().flatten().filter(|(key, _)| !key.starts_with("Fn::")) {
                    match keys.iter().find(|(name, _)| name == key) {
                        Some((_, form)) => self.form(place.key(key), form, value),
                        None => {
                            let hint = self.hint(key, keys.iter().map(|(name, _)| *name));
                            let message = format!("unknown key `{key}` of `{}`{hint}", place.path.last());
                            self.add(place.key(key), MistakeKind::ResourceAttribute, message);
                        }
                    }
                }
                (map.is_some(), "a map".to_owned())
            }
            Whole => (text.is_some_and(|it| is_number(&it)), "a whole number".to_owned()),
            Flag => {
                let is_flag = |it: String| ["true", "false"].contains(&it.to_ascii_lowercase().as_str());
                (text.is_some_and(is_flag), "`true` or `false`".to_owned())
            }
            Text => (text.is_some(), "text".to_owned()),
            OneOf(names) => {
                (text.is_some_and(|it| names.contains(&it.as_str())), format!("one of {}", names.join(", ")))
            }
        };
        if !is_right {
            let message = format!("`{}` must be {expected}", place.path.last());
            self.add(place, MistakeKind::ResourceAttribute, message);
        }
    }
}
