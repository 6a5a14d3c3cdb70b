//! Which build of a service this is: what Lambda runs only serves.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(sparta_serving)");
    println!("cargo::rerun-if-env-changed=SPARTA_BUILD");
    match std::env::var("SPARTA_BUILD").as_deref() {
        Ok("serving") => println!("cargo::rustc-cfg=sparta_serving"),
        Ok("") | Err(_) => {}
        Ok(other) => {
            println!("cargo::error=SPARTA_BUILD is `{other}`: expected `serving`, or nothing for the usual build")
        }
    }
}
