use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open(u32, u32)))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
