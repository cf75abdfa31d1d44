use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[on(enter(Opened))]
    fn opened(&mut self) {}

    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
