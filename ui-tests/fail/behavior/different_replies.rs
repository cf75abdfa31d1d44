use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed, Open))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed)]
    fn call(&mut self, _: Call) -> u32 { 7 }

    #[handler(in = Open)]
    fn reject(&mut self, _: Call) -> Result<u32, String> { Ok(7) }
}

fn main() {}
