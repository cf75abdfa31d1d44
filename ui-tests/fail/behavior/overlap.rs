use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open, HalfOpen))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed | HalfOpen)]
    fn call(&mut self, _: Call) {}

    #[handler(in = Open | HalfOpen)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
