use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Tuple(String, u8);

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Unit;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
union Either {
    a: u8,
    b: u8,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Generic<T> {
    value: T,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
enum Data {
    Plain,
    Wrapped(u8),
    Named { value: u8 },
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
enum Never {}

fn main() {}
