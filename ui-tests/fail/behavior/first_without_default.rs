use actor::prelude::*;
use std::time::Instant;

struct Call;

#[actor(behaviors(Open(Instant), Closed))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
