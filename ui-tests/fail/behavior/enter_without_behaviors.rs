use actor::prelude::*;

struct Call;

#[actor]
struct Counter;

#[actor]
impl Counter {
    #[on(enter(Open))]
    fn opened(&mut self) {}

    #[handler]
    fn call(&mut self, _: Call) {}
}

fn main() {}
