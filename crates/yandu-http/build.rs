//! The pages are embedded: a new build of them makes a new program.

#![expect(
    clippy::print_stdout,
    reason = "a build script speaks to cargo on stdout"
)]

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
