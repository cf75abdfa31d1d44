use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call) {}

    #[handler(in = Open)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
