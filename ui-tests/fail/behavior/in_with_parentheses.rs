use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in(Closed, Open))]
    fn call(&mut self, _: Call) {}
}

fn main() {}
