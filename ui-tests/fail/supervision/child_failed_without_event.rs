use actor::prelude::*;

#[actor]
struct Boss;

#[actor]
impl Boss {
    #[on(child_failed)]
    fn failed(&mut self) {}
}

fn main() {}
