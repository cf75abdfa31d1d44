use actor::prelude::*;

#[actor]
async fn run() {}

fn main() {}
