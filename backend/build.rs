//! Migrations are embedded: a new folder must rebuild the program.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
