use sparta_macros::Settings;

#[derive(Settings)]
struct Tuple(String, u8);

#[derive(Settings)]
struct Unit;

#[derive(Settings)]
union Either {
    a: u8,
    b: u8,
}

#[derive(Settings)]
struct Generic<T> {
    value: T,
}

#[derive(Settings)]
enum Data {
    Plain,
    Wrapped(u8),
    Named { value: u8 },
}

#[derive(Settings)]
enum Never {}

fn main() {}
