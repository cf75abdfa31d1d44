use actor::prelude::*;

#[actor]
struct Counter;

#[actor]
unsafe impl Counter {}

fn main() {}
