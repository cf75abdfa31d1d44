use actor::prelude::*;

#[actor(unhandled = stash)]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, _: u32) {}
}

fn main() {}
