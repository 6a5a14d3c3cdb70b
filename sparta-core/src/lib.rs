//! Part of `sparta-lambda`.

pub mod settings;

pub use settings::{EnvironmentSettings, Secret, SettingValue, Settings, SettingsError};
