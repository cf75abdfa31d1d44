//! The idea: streams and blocking work run beside an actor; what they come to arrives as messages.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actor::prelude::*;
use actor::{StreamEvent, TaskHandle};
use futures_core::Stream;
use tokio::time::{Interval, interval};

/// A stream of readings, one every ten milliseconds. Any `Stream` will do.
struct Readings {
    clock: Interval,
    left: u32,
}

impl Stream for Readings {
    type Item = Result<u32, &'static str>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        std::task::ready!(self.clock.poll_tick(cx));
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some(match self.left {
            3 => Err("the sensor did not answer"),
            left => Ok(20 + left),
        }))
    }
}

/// What a sensor's stream says.
struct Reading(&'static str, StreamEvent<Result<u32, &'static str>>);
struct Written(usize);

#[actor]
#[derive(Default)]
struct Station {
    readings: Vec<u32>,
    cellar: Option<TaskHandle>,
}

#[actor]
impl Station {
    #[on(started)]
    fn begin(&mut self, ctx: &mut Ctx<Self>) {
        let readings = |left| Readings {
            clock: interval(Duration::from_millis(10)),
            left,
        };
        ctx.attach(readings(6), |event| Reading("attic", event));
        self.cellar = Some(ctx.attach(readings(1_000), |event| Reading("cellar", event)));
    }

    /// One reading at a time: while this runs, no further one is asked for.
    #[handler]
    fn reading(&mut self, Reading(sensor, event): Reading, ctx: &mut Ctx<Self>) {
        match event {
            StreamEvent::Item(Ok(value)) => self.readings.push(value),
            StreamEvent::Item(Err(error)) => println!("{sensor}: {error}"),
            StreamEvent::End => {
                println!("{sensor}: over");
                // After this no reading of the cellar comes, not even one that waits already.
                if let Some(cellar) = &self.cellar {
                    cellar.cancel();
                }
                self.write(ctx);
            }
        }
    }

    #[handler]
    fn written(&mut self, msg: Written, ctx: &mut Ctx<Self>) {
        println!("{} readings are written", msg.0);
        ctx.stop();
    }
}

impl Station {
    /// A file is written on a thread that may block.
    fn write(&mut self, ctx: &mut Ctx<Self>) {
        let readings = self.readings.clone();
        ctx.spawn_blocking(move || readings.len(), Written);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("weather")?;
    let station = system.spawn(Station::default);
    println!("{}", station.stopped().await);
    system.shutdown().await;
    Ok(())
}
