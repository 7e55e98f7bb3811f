//! A process runs so many tasks at once; its queues share them by what waits.

use std::cmp::Reverse;
use std::time::Duration;

use shared::tasks::{Queue, QueueControl};
use tokio::sync::watch;

use super::store;
use crate::App;

/// How often the shares are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What each queue may run at once in this process.
#[derive(Clone, Debug)]
pub(in crate::jobs) struct Shares(Vec<(Queue, watch::Sender<usize>)>);

impl Shares {
    pub(in crate::jobs) fn new() -> Self {
        Self(Queue::ALL.iter().map(|queue| (*queue, watch::Sender::new(1))).collect())
    }

    pub(in crate::jobs) fn of(&self, queue: Queue) -> watch::Receiver<usize> {
        let own = self.0.iter().find(|(of, _)| *of == queue);
        own.map_or_else(|| watch::Sender::new(1).subscribe(), |(_, share)| share.subscribe())
    }

    /// Keeps the shares in step with what waits, until `stop` says so.
    pub(in crate::jobs) async fn follow(self, app: App, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.look(&app).await {
                tracing::warn!(error = format!("{error:#}"), "the shares of the queues could not be read");
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn look(&self, app: &App) -> anyhow::Result<()> {
        let mut conn = app.db.get().await?;
        let controls = store::controls(&mut conn).await?;
        let demand = store::demand(&mut conn, app.clock.now()).await?;
        let wants: Vec<Want> = self
            .0
            .iter()
            .map(|(queue, _)| {
                let control = controls.iter().find(|(of, _)| of == queue).map(|(_, control)| *control);
                let waits = demand.iter().find(|(of, _)| of == queue).map_or(0, |(_, count)| *count);
                Want::of(control, waits)
            })
            .collect();
        for ((queue, share), slots) in self.0.iter().zip(share_out(app.config.work.concurrency.get(), &wants))
        {
            metrics::gauge!("queue_concurrency", "queue" => queue.as_str())
                .set(u32::try_from(slots).unwrap_or(u32::MAX));
            share.send_if_modified(|now| std::mem::replace(now, slots) != slots);
        }
        Ok(())
    }
}

/// What a queue asks for.
#[derive(Clone, Copy, Debug)]
struct Want {
    min: usize,
    max: usize,
    waits: u64,
}

impl Want {
    fn of(control: Option<QueueControl>, waits: i64) -> Self {
        let slots = |number: i32| usize::try_from(number).unwrap_or(1).max(1);
        let (min, max) = control
            .map_or((1, 1), |control| (slots(control.concurrency_min), slots(control.concurrency_max)));
        Self { min, max: max.max(min), waits: u64::try_from(waits).unwrap_or(0) }
    }
}

/// What each queue can have at most, over all processes: `slots` are those of each of them.
pub(in crate::jobs) fn in_force(slots: &[usize], controls: &[(Queue, QueueControl)]) -> Vec<(Queue, i64)> {
    let wants: Vec<Want> = controls.iter().map(|(_, control)| Want::of(Some(*control), 0)).collect();
    let most = |at: usize| slots.iter().map(|slots| alone(*slots, &wants, at)).sum::<usize>();
    let told = |(at, (queue, _)): (usize, &(Queue, QueueControl))| {
        (*queue, i64::try_from(most(at)).unwrap_or(i64::MAX))
    };
    controls.iter().enumerate().map(told).collect()
}

/// What a queue gets while nothing waits in the others.
fn alone(slots: usize, wants: &[Want], at: usize) -> usize {
    let others_rest = |(other, want): (usize, &Want)| {
        if other == at { *want } else { Want { max: want.min, ..*want } }
    };
    let wants: Vec<Want> = wants.iter().enumerate().map(others_rest).collect();
    share_out(slots, &wants)[at]
}

/// Every queue gets its least, but never more than there is in all; what is left goes, slot by slot, to the queue with the
/// most waiting for each slot it has. Nothing waits: the slots are spread evenly.
fn share_out(slots: usize, wants: &[Want]) -> Vec<usize> {
    let mut shares: Vec<usize> = wants.iter().map(|want| want.min.min(slots)).collect();
    let mut left = slots.saturating_sub(shares.iter().sum());
    while left > 0 {
        // The most waiting for each slot it has; among equals the one with fewer slots, then the earlier.
        let hungry = (0..wants.len()).filter(|at| shares[*at] < wants[*at].max).max_by_key(|at| {
            let has = u64::try_from(shares[*at]).unwrap_or(u64::MAX);
            (wants[*at].waits.saturating_mul(1000) / has.max(1), Reverse(has), Reverse(*at))
        });
        let Some(at) = hungry else { break };
        shares[at] += 1;
        left -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(min: usize, max: usize, waits: u64) -> Want {
        Want { min, max, waits }
    }

    #[test]
    fn slots_follow_what_waits_between_the_bounds() {
        let idle = [want(1, 8, 0), want(1, 8, 0), want(1, 8, 0), want(1, 8, 0)];
        assert_eq!(share_out(8, &idle), [2, 2, 2, 2]);
        let mail = [want(1, 8, 0), want(1, 8, 3), want(1, 8, 0), want(1, 8, 900)];
        assert_eq!(share_out(8, &mail), [1, 1, 1, 5]);
        assert_eq!(share_out(8, &[want(1, 3, 900), want(1, 8, 0)]), [3, 5]);
    }

    #[test]
    fn the_least_is_kept_and_the_most_is_not_passed() {
        assert_eq!(share_out(2, &[want(1, 8, 5), want(2, 8, 0), want(1, 8, 0)]), [1, 2, 1]);
        assert_eq!(share_out(100, &[want(1, 4, 5), want(2, 2, 9)]), [4, 2]);
    }

    #[test]
    fn a_process_runs_no_more_of_a_queue_than_it_runs_at_all() {
        assert_eq!(share_out(8, &[want(20, 64, 900), want(1, 8, 0)]), [8, 1]);
        let wants = [want(1, 64, 0), want(2, 8, 0), want(1, 1, 0)];
        let most: Vec<usize> = (0..3).map(|at| alone(8, &wants, at)).collect();
        assert_eq!(most, [5, 6, 1]);
        assert_eq!(alone(64, &wants, 0), 61);
        assert_eq!(alone(100, &wants, 0), 64);
        // However much waits, that is never passed.
        let busy = wants.map(|want| Want { waits: 900, ..want });
        assert!(share_out(8, &busy).iter().zip(most).all(|(share, most)| *share <= most));
    }

    #[test]
    fn what_is_in_force_is_the_sum_over_the_processes() {
        let control = |least, most| QueueControl {
            paused: false,
            concurrency_min: least,
            concurrency_max: most,
            version: 1,
        };
        let controls = [(Queue::Default, control(1, 64)), (Queue::Mail, control(2, 3))];
        assert_eq!(in_force(&[8, 4], &controls), [(Queue::Default, 6 + 2), (Queue::Mail, 3 + 3)]);
        assert_eq!(in_force(&[], &controls), [(Queue::Default, 0), (Queue::Mail, 0)]);
    }
}
