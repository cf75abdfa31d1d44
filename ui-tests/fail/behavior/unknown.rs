use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open, HalfOpen))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed | Opne | HalfOpen)]
    fn call(&mut self, _: Call) {}
}

fn main() {}
