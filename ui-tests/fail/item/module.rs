use actor::prelude::*;

#[actor]
mod counter {}

fn main() {}
