use actor::prelude::*;

#[actor(stash = many)]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, _: u32) {}
}

fn main() {}
