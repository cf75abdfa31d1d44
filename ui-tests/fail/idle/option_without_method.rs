use actor::prelude::*;

#[actor(idle = "30s")]
struct Session;

#[actor]
impl Session {
    #[handler]
    fn add(&mut self, _: u32) {}
}

fn main() {}
