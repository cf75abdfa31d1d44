use actor::prelude::*;

struct Put<T>(T);

#[actor]
struct Slot<T> {
    value: Option<T>,
}

#[actor]
impl<T: 'static> Slot<T> {
    #[handler]
    fn put(&mut self, msg: Put<T>) {
        self.value = Some(msg.0);
    }
}

fn main() {}
