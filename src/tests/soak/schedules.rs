//! Random schedules of taking, giving back and expiring, at the edges of the hour, the day and the month, with limits
//! changed in between: the database decides as a simple model does, and its counters equal its rows after every step.

mod model;
mod stage;
mod step;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rand::RngExt;
use sqlx::PgPool;

use self::{
    stage::Stage,
    step::{Schedule, schedules},
};
use super::scale::{dice, scaled};

/// How many smaller schedules are tried before a failure is told.
const SMALLER: usize = 400;

#[sqlx::test]
async fn any_schedule_is_decided_as_the_model_says_and_leaves_the_books_right(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let seed: [u8; 32] = dice().random();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut accepted = 0;
    for number in 0..scaled(100, 10_000) {
        let mut tree = schedules().new_tree(&mut runner).unwrap();
        match stage.play(&tree.current()).await {
            Ok(taken) => accepted += taken,
            Err(why) => {
                let (schedule, why) = smallest(&stage, &mut tree, why).await;
                panic!("schedule {number}: {why}\n{schedule:#?}");
            }
        }
    }
    println!("{} schedules, {accepted} messages taken", scaled(100, 10_000));
    assert!(accepted > scaled(500, 50_000), "schedules that take nothing prove nothing: {accepted}");
}

/// A schedule as small as can be that still fails.
async fn smallest(
    stage: &Stage,
    tree: &mut impl ValueTree<Value = Schedule>,
    mut why: String,
) -> (Schedule, String) {
    let mut failing = tree.current();
    let mut goes_on = tree.simplify();
    for _ in 0..SMALLER {
        if !goes_on {
            break;
        }
        goes_on = match stage.play(&tree.current()).await {
            Err(words) => {
                (failing, why) = (tree.current(), words);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    (failing, why)
}
