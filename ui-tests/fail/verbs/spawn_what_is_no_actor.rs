use actor::prelude::*;

struct Counter;

fn spawns(system: &ActorSystem) {
    system.spawn(|| Counter);
}

fn main() {}
