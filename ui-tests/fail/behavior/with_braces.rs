use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open { since: u32 }))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
