use actor::prelude::*;

#[actor(idle = "0s")]
struct Session;

#[actor]
impl Session {
    #[on(idle)]
    fn idle(&mut self) {}
}

fn main() {}
