use actor::prelude::*;

struct Call;

#[actor(behaviors())]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
