use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Constraints {
    #[settings(min = 10, max = 1)]
    swapped: u8,
    #[settings(min_length = 10, max_length = 1)]
    swapped_length: String,
    #[settings(min = 1, max = 10, default = 11)]
    too_much: u8,
    #[settings(min = -1.5, default = -2)]
    too_little: f64,
    #[settings(max_length = 3, default = "long")]
    too_long: String,
    #[settings(default = None)]
    absent: Option<u8>,
    #[settings(default = "hunter2")]
    password: Secret<String>,
}

fn main() {}
