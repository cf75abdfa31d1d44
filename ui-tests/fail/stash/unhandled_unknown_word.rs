use actor::prelude::*;

#[actor(behaviors(On, Off), unhandled = ignore)]
struct Counter;

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, _: u32) {}
}

fn main() {}
