use actor::prelude::*;

struct Add;

struct Counter<'a> {
    name: &'a str,
}

#[actor]
impl<'a> Counter<'a> {
    #[handler]
    fn add(&self, _: Add) {
        println!("{}", self.name);
    }
}

fn main() {}
