use sparta_macros::Settings;

#[derive(Settings)]
#[settings(krate = "sparta_core")]
struct Attributes {
    #[settings(renam = "A_B")]
    first: String,
    #[settings(colour = "red")]
    second: String,
    #[settings(rename = 3)]
    third: String,
    #[settings(min, max = "ten")]
    fourth: u8,
    #[settings(min_length = -1, max_length = 1.5)]
    fifth: String,
    #[settings(min = 1, min = 2)]
    sixth: u8,
    #[settings(rename)]
    seventh: String,
    #[settings(rename = )]
    eighth: String,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
enum Choice {
    #[settings(min = 1)]
    A,
    #[settings(rename = "")]
    B,
    #[settings(rename = "same")]
    C,
    Same,
}

fn main() {}
