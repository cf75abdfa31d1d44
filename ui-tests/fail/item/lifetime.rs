use actor::prelude::*;

#[actor]
struct Counter<'a> {
    name: &'a str,
}

fn main() {}
