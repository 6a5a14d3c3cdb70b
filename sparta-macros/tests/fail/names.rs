use sparta_macros::Settings;

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Names {
    n: u8,
    _hidden: u8,
    größe: u8,
    #[settings(rename = "DB-HOST")]
    host: String,
    message: String,
    #[settings(rename = "MESSAGE")]
    text: String,
    db_port: u16,
    #[settings(rename = "OTHER_PORT")]
    DB_PORT: u16,
}

fn main() {}
