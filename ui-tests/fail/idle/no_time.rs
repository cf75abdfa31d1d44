use actor::prelude::*;

#[actor(idle = 30)]
struct Session;

#[actor]
impl Session {
    #[on(idle)]
    fn idle(&mut self) {}
}

fn main() {}
