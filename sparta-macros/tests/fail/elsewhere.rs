use sparta_core::{
    Environment, cfn,
    settings::{SettingValue, Settings as _},
};
use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Greeting {
    #[settings(max_lenght = 64)]
    message: String,
    size: Size,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
enum Size {
    #[settings(renam = "little")]
    Small,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    size: Size,
}

/// What needs the traits says nothing of its own.
fn main() {
    let greeting = Greeting { message: "Hello!".into(), size: Size::Small };
    _ = Environment::new("test", greeting);
    _ = Environment::new("production", Shop { size: Size::Small });
    _ = Greeting::get().unwrap().message.len();
    _ = Size::Small.to_text();
    _ = cfn::Value::from(Greeting::SIZE);
}
