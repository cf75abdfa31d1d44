use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call) {}

    #[cfg(unix)]
    #[handler(in = Open)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
