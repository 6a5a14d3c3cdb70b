//! Tags of resources whose service has rules for their characters.

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::check::code::{field, text, texts};
use crate::fault::FaultKind;
use crate::node::{Node, Value};
use crate::tag::{self, TagError};

/// Services whose API, by its own model in botocore, takes in tags what IAM does and nothing else. Other services say
/// nothing, or take more.
const STRICT: &[&str] = &[
    "ACMPCA",
    "APS",
    "AppStream",
    "ApplicationInsights",
    "CertificateManager",
    "CloudFront",
    "DirectoryService",
    "ECS",
    "EFS",
    "ElasticLoadBalancing",
    "ElasticLoadBalancingV2",
    "FMS",
    "FSx",
    "Forecast",
    "HealthLake",
    "IAM",
    "IVS",
    "KinesisVideo",
    "Lambda",
    "Logs",
    "MWAA",
    "MediaStore",
    "Personalize",
    "Rbin",
    "Rekognition",
    "ResourceGroups",
    "SSM",
    "SSO",
    "SageMaker",
    "ServiceCatalog",
    "ServiceCatalogAppRegistry",
    "WAFv2",
    "WorkSpacesWeb",
];

impl Checker<'_> {
    pub(super) fn tags(&mut self, properties: &Node) {
        let service = self.resource_type.name().split("::").nth(1).unwrap_or_default();
        if !STRICT.contains(&service) {
            return;
        }
        let before = self.faults.len();
        let places: HashSet<_> = self.faults.iter().map(|it| it.place).collect();
        self.visit(&["Tags"], properties, properties.place, &mut |checker, tags, _| match &tags.value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    checker.at_item(index, |it| {
                        it.tag_part(field(item, "Key"), "Key", tag::check_key);
                        it.tag_part(field(item, "Value"), "Value", tag::check_value);
                    });
                }
                if service == "IAM" {
                    checker.keys_that_differ_in_case(items);
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    checker.at_key(&entry.key, |it| {
                        it.tag_key(entry.place, &entry.key, tag::check_key);
                        it.tag_text(&entry.value, tag::check_value);
                    });
                }
            }
            _ => {}
        });
        // what the type's own schema found fault with is not said again
        let mut index = 0;
        self.faults.retain(|fault| {
            index += 1;
            index <= before || !places.contains(&fault.place)
        });
    }

    fn tag_part(&mut self, node: Option<&Node>, name: &str, check: fn(&str) -> Result<(), TagError>) {
        let Some(node) = node else { return };
        self.at_key(name, |it| it.tag_text(node, check));
    }

    fn tag_text(&mut self, node: &Node, check: fn(&str) -> Result<(), TagError>) {
        for node in texts(node) {
            let Value::String(text) = &node.value else { continue };
            self.tag_key(node.place, text, check);
        }
    }

    fn tag_key(&mut self, place: usize, text: &str, check: fn(&str) -> Result<(), TagError>) {
        // lengths and the prefix `aws:` are in the registry's schemas
        if let Err(error @ (TagError::Key(_) | TagError::Value(_))) = check(text) {
            self.fault(place, FaultKind::Pattern, format!("the tag cannot be there: {error}"));
        }
    }

    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>.
    fn keys_that_differ_in_case(&mut self, items: &[Node]) {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some((node, key)) = field(item, "Key").and_then(|it| Some((it, text(it)?))) else { continue };
            let Some(other) = seen.insert(key.to_lowercase(), key).filter(|other| *other != key) else { continue };
            let message = format!("the keys `{other}` and `{key}` differ in case alone, and IAM takes them for one");
            self.at_item(index, |it| it.at_key("Key", |it| it.fault(node.place, FaultKind::Unique, message)));
        }
    }
}
