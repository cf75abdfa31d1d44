use actor::prelude::*;

struct Counter;

#[actor]
type Alias = Counter;

fn main() {}
