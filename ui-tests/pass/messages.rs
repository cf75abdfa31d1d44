//! Messages that are generic, foreign, tuples, primitives, arrays, references; neither Clone nor Debug.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes)]
#![deny(nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_results, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use actor::prelude::*;

struct Wrap<T>(T);

#[actor]
struct Sink(usize);

#[actor]
impl Sink {
    #[handler]
    fn wrapped(&mut self, msg: Wrap<Vec<u8>>) {
        self.0 += msg.0.len();
    }

    #[handler]
    fn wrapped_twice(&mut self, msg: Wrap<Wrap<u8>>) -> u8 {
        self.0 += 1;
        msg.0.0
    }

    #[handler]
    fn foreign(&mut self, msg: std::time::Duration) -> u64 {
        self.0 += 1;
        msg.as_secs()
    }

    #[handler]
    fn tuple(&mut self, (one, two): (u8, String)) -> usize {
        self.0 += usize::from(one);
        two.len()
    }

    #[handler]
    fn unit(&mut self, (): ()) {
        self.0 += 1;
    }

    #[handler]
    fn number(&self, msg: u32) -> u32 {
        msg
    }

    #[handler]
    fn array(&self, msg: [u8; 3]) -> usize {
        msg.len() + self.0
    }

    #[handler]
    fn text(&self, msg: &'static str) -> &'static str {
        msg
    }

    #[handler]
    fn function(&self, msg: fn(&str) -> usize) -> usize {
        msg("four")
    }

    #[handler]
    fn object(&self, msg: Box<dyn Fn(&str) -> usize + Send>) -> usize {
        msg("four")
    }

    #[handler]
    fn itself(&self, _: Wrap<ActorRef<Self>>) -> Option<ActorRef<Self>> {
        None
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("ui")?;
    let sink = system.spawn(|| Sink(0));
    sink.tell(Wrap(vec![1, 2]))?;
    sink.tell(())?;
    assert_eq!(sink.ask(Wrap(Wrap(3))).await?, 3);
    assert_eq!(sink.ask(std::time::Duration::from_secs(4)).await?, 4);
    assert_eq!(sink.ask((1, "ab".to_owned())).await?, 2);
    assert_eq!(sink.ask(5_u32).await?, 5);
    assert_eq!(sink.ask("text").await?, "text");
    assert_eq!(sink.ask(<str>::len as fn(&str) -> usize).await?, 4);
    assert!(sink.ask(Wrap(sink.clone())).await?.is_none());
    drop(system.shutdown().await);
    Ok(())
}
