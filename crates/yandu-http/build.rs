//! The pages are embedded: a new build of them makes a new program.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
