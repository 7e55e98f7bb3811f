//! A working process: relay, workers, schedule and heartbeat, until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{BackendExt, BoxDynError, Data, Monitor, ParallelizeExt, WorkerBuilder};
use apalis_redis::RedisStorage;
use shared::TaskId;
use shared::tasks::Queue;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinSet, LocalSet};
use uuid::Uuid;

use crate::App;
use crate::jobs::queues::share::Shares;
use crate::jobs::{process, redis, relay, schedule, worker};

/// How often a worker asks Redis for messages.
const POLL_EVERY: Duration = Duration::from_millis(200);
/// How long running tasks may take to finish when the process stops.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

/// Pauses before a task is tried again while the database is away.
const TRY_AGAIN_AFTER: &[Duration] = &[
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// A task to be run, and where to say that it was.
type Order = (TaskId, oneshot::Sender<()>);

/// A thread that runs the tasks of one queue, as many at once as its share is. A job may hold what cannot move between
/// threads.
#[derive(Clone)]
struct Runner {
    orders: mpsc::UnboundedSender<Order>,
}

impl Runner {
    fn start(app: App, queue: Queue, who: Arc<str>, share: watch::Receiver<usize>) -> anyhow::Result<Self> {
        let (orders, incoming) = mpsc::unbounded_channel::<Order>();
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name(format!("work-{queue}")).spawn(move || {
            let local = LocalSet::new();
            local.spawn_local(attend_orders(app, who, incoming, share));
            runtime.block_on(local);
        })?;
        Ok(Self { orders })
    }
}

/// Runs what is ordered, never more at once than the share is now.
async fn attend_orders(
    app: App,
    who: Arc<str>,
    mut incoming: mpsc::UnboundedReceiver<Order>,
    mut share: watch::Receiver<usize>,
) {
    let mut running = JoinSet::new();
    loop {
        while running.len() >= *share.borrow_and_update() {
            tokio::select! {
                _ = running.join_next() => {}
                Ok(()) = share.changed() => {}
            }
        }
        tokio::select! {
            order = incoming.recv() => {
                let Some((id, done)) = order else { break };
                let (app, who) = (app.clone(), who.clone());
                running.spawn_local(async move {
                    run_or_try_again(&app, id, &who).await;
                    // The other side may have stopped waiting.
                    let _nobody_waits = done.send(());
                });
            }
            Some(_) = running.join_next() => {}
            Ok(()) = share.changed() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs a task whose message was taken. While the database is away its row can neither be taken nor reported on: then it is
/// tried again, for nobody gets the message a second time. A row that was taken comes back when its lease ends.
async fn run_or_try_again(app: &App, id: TaskId, who: &str) {
    for pause in TRY_AGAIN_AFTER {
        match worker::run_task(app, id, who).await {
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(task.id = %id, error = %error, "a task could not be taken or reported")
            }
        }
        tokio::time::sleep(*pause).await;
    }
    if let Err(error) = worker::run_task(app, id, who).await {
        tracing::error!(task.id = %id, error = %error, "a task is left to the search for lost ones");
    }
}

/// What apalis calls for each message. Failures are in the row, so a message is always done with.
async fn take(id: TaskId, runner: Data<Runner>) -> Result<(), BoxDynError> {
    let (done, finished) = oneshot::channel();
    runner.orders.send((id, done))?;
    finished.await?;
    Ok(())
}

/// Works until `stop` says so, then finishes what it has begun. `role`: `work`, or `all` next to a server.
pub async fn work(app: App, role: &'static str, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let (has, needs) = (app.config.database.connections_max.get(), app.config.connections_min());
    anyhow::ensure!(
        has >= needs,
        "database.connections_max is {has}: write {needs} or more, for work.concurrency and work.charge_sessions, \
         or less for one of these"
    );
    let id = Uuid::now_v7();
    let who: Arc<str> = process::name().into();
    let mut side = JoinSet::new();
    let leads = Arc::new(AtomicBool::new(false));
    let shares = Shares::new();
    side.spawn(process::beat(app.clone(), id, role, leads.clone(), stop.clone()));
    side.spawn(shares.clone().follow(app.clone(), stop.clone()));
    side.spawn(relay::run(app.clone(), stop.clone()));
    if app.config.work.scheduler {
        side.spawn(schedule::lead(app.clone(), leads, stop.clone()));
    }
    let mut runners = Vec::new();
    for queue in Queue::ALL {
        runners.push((*queue, Runner::start(app.clone(), *queue, who.clone(), shares.of(*queue))?));
    }
    let mut round = 0_u64;
    while !*stop.borrow() {
        round += 1;
        let mut attending = std::pin::pin!(attend(&app, &runners, id, round, stop.clone()));
        let attended = loop {
            tokio::select! {
                attended = &mut attending => break attended,
                Some(ended) = side.join_next() => {
                    ended?;
                    // A process that does a part of its work is worse than one that is seen to have stopped.
                    anyhow::ensure!(*stop.borrow(), "a part of the work ended by itself");
                }
            }
        };
        if let Err(error) = attended {
            tracing::warn!(error = format!("{error:#}"), "the workers stopped, starting them again");
        }
        if !*stop.borrow() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    while let Some(ended) = side.join_next().await {
        ended?;
    }
    process::leave(&app, id).await?;
    Ok(())
}

/// One life of the workers; ends with `stop`, or when Redis is away for good.
async fn attend(
    app: &App,
    runners: &[(Queue, Runner)],
    id: Uuid,
    round: u64,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let connection = redis::connect(&app.config).await?;
    let concurrency = app.config.work.concurrency.get();
    let mut monitor = Monitor::new();
    for (queue, runner) in runners {
        let store: RedisStorage<TaskId> =
            RedisStorage::new(connection.clone()).with_config(redis::queue_config(&app.config, *queue));
        let (queue, runner) = (*queue, runner.clone());
        monitor = monitor.register(move |restarts| {
            // Redis refuses a name that it saw a moment ago.
            WorkerBuilder::new(format!("{queue}-{}-{round}-{restarts}", id.simple()))
                .backend(store.clone().poll_with_interval(POLL_EVERY))
                .data(runner.clone())
                .concurrency(concurrency)
                .parallelize(tokio::spawn)
                .build(take)
        });
    }
    // A worker that dies ends the round; `work` begins another after a pause.
    monitor
        .should_restart(|worker, error| {
            tracing::warn!(worker = worker.name(), %error, "a worker stopped");
            false
        })
        .shutdown_timeout(FINISH_WITHIN)
        .run_with_signal(async move {
            // The sender going away also means to stop.
            let _stopped = stop.wait_for(|stop| *stop).await;
            Ok(())
        })
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))
}
