use actor::prelude::*;

struct Add(i64);

#[handler]
fn add(msg: Add) {
    let _ = msg.0;
}

fn main() {}
