use actor::prelude::*;

struct Call;

#[actor]
struct Counter;

#[actor]
impl Counter {
    #[handler(in = Open)]
    fn call(&mut self, _: Call) {}
}

fn main() {}
