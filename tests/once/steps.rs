//! What a batch of ten costs, counted: the answers that it waits for one after another, and its calls.

use super::books::good;
use super::door::Door;
use super::function::{Function, Invoked, Variables};
use super::waves::Waves;
use super::wire::Wire;
use super::world::{QUEUE, Settings, World};

/// A guarantee of six batches.
const GUARANTEED: i64 = 60;

/// A function in a world of its own, and what it does to AWS.
struct Watched {
    world: World,
    waves: Waves,
    door: Door,
    function: Function,
    batches: usize,
}

impl Watched {
    async fn start(outcome_bus: &str) -> Self {
        let world = World::with(Settings { guaranteed: GUARANTEED, ..Settings::default() }).await;
        let waves = Waves::default();
        let door = Door::before(&world.aws).await;
        let variables = Variables { outcome_bus, endpoint: Some(&door.endpoint), ..Variables::default() };
        let function = Function::warmed_up(&world, Wire::in_waves(&waves), variables).await;
        let ready = waves.take();
        println!("an environment that starts: {} steps, {} connections, {ready:?}", ready.len(), door.opened());
        Self { world, waves, door, function, batches: 0 }
    }

    /// The waves of calls of one batch of ten that is all sent.
    async fn batch(&mut self) -> Vec<Vec<String>> {
        for place in 0..10 {
            self.world.put(&good(&format!("batch-{}-{place}", self.batches))).await;
        }
        self.batches += 1;
        let before = self.world.aws.sent().len();
        let invoked = self.function.poll(&self.world, QUEUE).await;
        assert!(matches!(invoked, Some(Invoked::Answered(stay)) if stay.is_empty()));
        assert_eq!(self.world.aws.sent().len(), before + 10);
        // Until the next batch comes.
        self.world.advance(2);
        self.waves.take()
    }
}

/// With the outcomes' bus, and how many steps they take.
const OUTCOMES: [(&str, usize); 2] = [("", 0), ("default", 1)];

#[tokio::test]
async fn a_warm_batch_of_ten_waits_for_three_answers_and_with_outcomes_for_four() {
    for (bus, outcomes) in OUTCOMES {
        let mut watched = Watched::start(bus).await;
        watched.batch().await;
        for _ in 0..3 {
            let waves = watched.batch().await;
            println!("a warm batch of ten, {outcomes} step for outcomes: {} steps {waves:?}", waves.len());
            assert_eq!(waves.len(), 3 + outcomes, "{waves:?}");
        }
    }
}

#[tokio::test]
async fn the_batch_that_finds_its_guarantee_used_up_waits_for_one_answer_more_and_the_next_one_does_not() {
    for (bus, outcomes) in OUTCOMES {
        let mut watched = Watched::start(bus).await;
        watched.batch().await;
        // Another environment of the same grant uses the rest of the guarantee.
        let other = Function::start(&watched.world, Wire::sound());
        for place in 0..GUARANTEED {
            watched.world.put(&good(&format!("other-{place}"))).await;
        }
        while other.poll(&watched.world, QUEUE).await.is_some() {}
        watched.world.advance(2);
        let waves = watched.batch().await;
        println!("a batch that finds its guarantee used up, {outcomes} step for outcomes: {} steps", waves.len());
        assert_eq!(waves.len(), 4 + outcomes, "{waves:?}");
        let waves = watched.batch().await;
        assert_eq!(waves.len(), 3 + outcomes, "the next one knows: {waves:?}");
    }
}

#[tokio::test]
async fn the_first_batch_of_a_new_environment_waits_for_at_most_one_answer_more_than_a_warm_one() {
    for (bus, outcomes) in OUTCOMES {
        let mut watched = Watched::start(bus).await;
        let (first, opened) = (watched.batch().await, watched.door.opened());
        let (second, kept) = (watched.batch().await, watched.door.opened());
        println!(
            "the first batch of an environment, {outcomes} step for outcomes: {} steps and {opened} new connections, \
             the second {} and {kept}",
            first.len(),
            second.len()
        );
        assert!(first.len() <= second.len() + 1, "{first:?}");
        // The doubles are one host. In AWS each service is one, and has been connected to as well.
        assert_eq!(opened, 0, "the environment had no connection for each call");
    }
}

#[tokio::test]
async fn a_full_batch_makes_one_send_and_at_most_one_other_call_a_text() {
    for (bus, outcomes) in OUTCOMES {
        let mut watched = Watched::start(bus).await;
        watched.batch().await;
        let calls = watched.batch().await.concat();
        let sends = calls.iter().filter(|call| *call == "SendTextMessage").count();
        let others = calls.len() - sends;
        println!(
            "calls for ten texts, {outcomes} step for outcomes: {sends} sends and {others} others, {:.1} a text",
            calls.len() as f64 / 10.0
        );
        assert_eq!(sends, 10);
        assert!(others <= 10, "{calls:?}");
    }
}
