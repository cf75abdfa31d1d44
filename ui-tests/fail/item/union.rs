use actor::prelude::*;

#[actor]
union Bits {
    number: u32,
}

fn main() {}
