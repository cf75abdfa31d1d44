//! The idea: behaviors lie on one another, and timers move them. A traffic light goes round; by night it
//! blinks, and goes on by day where it was. An hour of it passes at once, because the clock is tokio's
//! and stands still until somebody waits for it.

use std::time::Duration;

use actor::prelude::*;
use actor::{PopError, PushError};
use tokio::time::Instant;

#[derive(Clone)]
struct Next;
struct Night;
struct Day;
struct Look;

#[actor(behaviors(Red, Green, Yellow, Blinking(bool)))]
struct TrafficLight {
    began: Instant,
}

#[actor]
impl TrafficLight {
    #[on(enter(Red | Green | Yellow))]
    fn lit(&mut self, ctx: &mut Ctx<Self>) {
        let seconds = match ctx.behavior() {
            TrafficLightState::Yellow => 3,
            _ => 30,
        };
        self.show(&ctx.behavior().to_string());
        // One timer: the next light replaces the last one's.
        ctx.keyed("next")
            .send_after(Duration::from_secs(seconds), Next);
    }

    #[on(enter(Blinking))]
    fn blinks(&mut self, ctx: &mut Ctx<Self>) {
        self.show("blinking");
        ctx.keyed("next").send_every(Duration::from_secs(1), Next);
    }

    #[handler(in = Red)]
    fn turn_green(&mut self, _: Next, ctx: &mut Ctx<Self>) {
        ctx.become_(TrafficLightBehavior::Green);
    }

    #[handler(in = Green)]
    fn turn_yellow(&mut self, _: Next, ctx: &mut Ctx<Self>) {
        ctx.become_(TrafficLightBehavior::Yellow);
    }

    #[handler(in = Yellow)]
    fn turn_red(&mut self, _: Next, ctx: &mut Ctx<Self>) {
        ctx.become_(TrafficLightBehavior::Red);
    }

    #[handler(in = Blinking)]
    fn blink(&mut self, _: Next, on: &mut bool) {
        *on = !*on;
    }

    #[handler(in = Red | Green | Yellow)]
    fn night(
        &mut self,
        _: Night,
        ctx: &mut Ctx<Self>,
    ) -> Result<(), PushError<TrafficLightBehavior>> {
        ctx.push(TrafficLightBehavior::Blinking(true))
    }

    #[handler(in = Blinking)]
    fn day(&mut self, _: Day, ctx: &mut Ctx<Self>) -> Result<(), PopError> {
        ctx.pop()
    }

    #[handler]
    fn look(&self, _: Look, ctx: &Ctx<Self>) -> TrafficLightState {
        ctx.behavior()
    }
}

impl TrafficLight {
    fn show(&self, light: &str) {
        println!("{:5} s  {light}", self.began.elapsed().as_secs());
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let at = |seconds| tokio::time::sleep_until(began + Duration::from_secs(seconds));
    let system = ActorSystem::new("traffic_light")?;
    let light = system.spawn(move || TrafficLight { began });

    at(100).await;
    assert_eq!(light.ask(Look).await?, TrafficLightState::Green);
    light.ask(Night).await??;
    at(3_500).await;
    assert_eq!(light.ask(Look).await?, TrafficLightState::Blinking);
    light.ask(Day).await??;
    at(3_580).await;
    assert_eq!(light.ask(Look).await?, TrafficLightState::Green);

    system.shutdown().await;
    Ok(())
}
