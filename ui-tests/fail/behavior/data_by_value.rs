use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed(u32), Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call, count: u32) { let _ = count; }

    #[handler(in = Open)]
    fn reject(&mut self, _: Call) {}
}

fn main() {}
