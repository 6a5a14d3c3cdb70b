use sparta_core::{cfn::Output, resource, settings::Secret};
use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    log_days: u16,
    payment_key: Secret<String>,
    banner: Option<String>,
}

/// What a template does not have is no value, and a setting that is not there is not found.
fn main() {
    _ = resource!(AWS::SNS::Topic { DisplayName: (Shop::PAYMENT_KEY) });
    _ = Output::new("What visitors read", Shop::BANNER);
    _ = Output::new("How long logs are kept", Shop::LOG_DAY);
}
