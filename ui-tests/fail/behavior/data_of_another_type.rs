use actor::prelude::*;
use std::time::Instant;

struct Call;

#[actor(behaviors(Closed, Open(Instant)))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call) {}

    #[handler(in = Open)]
    fn reject(&mut self, _: Call, since: &mut u64) { *since += 1; }
}

fn main() {}
