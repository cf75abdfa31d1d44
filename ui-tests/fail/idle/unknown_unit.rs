use actor::prelude::*;

#[actor(idle = "30sec")]
struct Session;

#[actor]
impl Session {
    #[on(idle)]
    fn idle(&mut self) {}
}

fn main() {}
