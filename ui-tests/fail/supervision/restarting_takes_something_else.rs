use actor::prelude::*;

#[actor]
struct Boss;

#[actor]
impl Boss {
    #[on(restarting)]
    fn restarting(&mut self, _why: u32) {}
}

fn main() {}
