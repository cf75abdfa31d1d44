use actor::prelude::*;

struct Name;

#[actor]
struct Counter {
    name: String,
}

#[actor]
impl Counter {
    #[handler]
    fn name(&self, _: Name) -> &str {
        &self.name
    }
}

fn main() {}
