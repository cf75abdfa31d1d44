use actor::prelude::*;

#[actor]
trait Bank {
    fn deposit(&self);
}

fn main() {}
