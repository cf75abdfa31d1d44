use actor::prelude::*;

struct Get;

#[actor]
struct Counter {
    total: i64,
}

#[actor]
impl Counter {
    #[handler]
    fn get(&self, _: Get) -> impl Future<Output = i64> {
        std::future::ready(self.total)
    }
}

fn main() {}
