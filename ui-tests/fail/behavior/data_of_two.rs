use actor::prelude::*;

struct Call;

#[actor(behaviors(Closed(u32), Open(u32)))]
struct Breaker;

#[actor]
impl Breaker {
    #[handler(in = Closed | Open)]
    fn call(&mut self, _: Call, count: &mut u32) { *count += 1; }
}

fn main() {}
