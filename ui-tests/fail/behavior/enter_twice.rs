use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[on(enter(Open))]
    fn opened(&mut self) {}

    #[on(enter(Closed | Open))]
    fn entered(&mut self) {}

    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
