use actor::prelude::*;

struct Wrap<T>(T);

#[actor]
struct Counter<T> {
    last: Option<T>,
}

#[actor]
impl<T: Send + 'static> Counter<T> {
    #[handler]
    fn put(&mut self, msg: Wrap<T>) {
        self.last = Some(msg.0);
    }

    #[handler]
    fn number(&mut self, _: Wrap<u32>) {
        self.last = None;
    }
}

fn main() {}
