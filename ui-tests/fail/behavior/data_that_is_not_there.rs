use actor::prelude::*;
use std::time::Instant;

struct Call;

#[actor(behaviors(Closed, Open(Instant)))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call, since: &mut Instant) { let _ = since; }

    #[handler(in = Open)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
