//! Redis carries the ids of due tasks to the workers, by way of apalis. Losing it loses nothing: the rows know better.

use std::time::Duration;

use apalis::prelude::{TaskBuilder, TaskId as MessageId};
use apalis_redis::{Config as QueueConfig, ConnectionManager};
use secrecy::ExposeSecret;
use shared::tasks::Queue;

use crate::config::Config;
use crate::jobs::store::Moved;

/// How often a worker tells Redis that it lives; after three missed beats its messages go to others.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Messages that a worker takes at a time.
const BATCH: usize = 10;

/// What apalis is told about a queue.
pub(super) fn queue_config(config: &Config, queue: Queue) -> QueueConfig {
    QueueConfig::default()
        .queue(format!("{}:{queue}", config.redis.prefix))
        .batch_size(BATCH)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(3)
        // The lease in PostgreSQL decides who runs a task.
        .lock_tasks(false)
        .emit_events(false)
        .idempotency_ttl(Some(Duration::from_secs(3600)))
}

/// A connection that mends itself.
pub(super) async fn connect(config: &Config) -> anyhow::Result<ConnectionManager> {
    Ok(apalis_redis::connect(config.redis.url.expose_secret()).await?)
}

/// Gives tasks to their queues: one call for each queue.
///
/// Every push has an id of its own, so that a task can be pushed again when its message was lost.
pub(super) async fn push(
    redis: &mut ConnectionManager,
    config: &Config,
    moved: &[Moved],
    push: i64,
) -> anyhow::Result<()> {
    for queue in Queue::ALL {
        let messages: Vec<_> = moved
            .iter()
            .filter(|task| task.queue == *queue)
            .map(|task| {
                let id = MessageId::from_string(format!("{}.{push}", task.id));
                Ok(TaskBuilder::new(serde_json::to_vec(&task.id)?).task_id(id).build())
            })
            .collect::<anyhow::Result<_>>()?;
        if !messages.is_empty() {
            apalis_redis::queries::push_tasks(redis, &queue_config(config, *queue), &messages).await?;
        }
    }
    Ok(())
}

/// A mark that is gone when Redis was emptied. True when it was there; sets it.
pub(super) async fn check_mark(redis: &mut ConnectionManager, config: &Config) -> anyhow::Result<bool> {
    let key = format!("{}:mark", config.redis.prefix);
    let before: Option<String> =
        redis::cmd("SET").arg(&key).arg("here").arg("GET").query_async(redis).await?;
    Ok(before.is_some())
}

/// The queues that have no message left.
pub(super) async fn empty_queues(
    redis: &mut ConnectionManager,
    config: &Config,
) -> anyhow::Result<Vec<Queue>> {
    let mut empty = Vec::with_capacity(Queue::ALL.len());
    for queue in Queue::ALL {
        let messages: i64 = redis::cmd("LLEN")
            .arg(queue_config(config, *queue).active_jobs_list())
            .query_async(redis)
            .await?;
        if messages == 0 {
            empty.push(*queue);
        }
    }
    Ok(empty)
}

/// Drops what apalis keeps of finished messages: it never does so by itself.
pub(super) async fn trim(redis: &mut ConnectionManager, config: &Config) -> anyhow::Result<()> {
    const SCRIPT: &str = "
        local dropped = 0
        for _, set in ipairs({KEYS[1], KEYS[2]}) do
            local ids = redis.call('SPOP', set, 1000)
            for _, id in ipairs(ids) do
                redis.call('HDEL', KEYS[3], id)
                redis.call('DEL', KEYS[4] .. ':' .. id)
                dropped = dropped + 1
            end
        end
        return dropped";
    for queue in Queue::ALL {
        let names = queue_config(config, *queue);
        loop {
            let dropped: i64 = redis::Script::new(SCRIPT)
                .key(names.done_jobs_set())
                .key(names.dead_jobs_set())
                .key(names.job_data_hash())
                .key(names.job_meta_hash())
                .invoke_async(redis)
                .await?;
            if dropped < 1000 {
                break;
            }
        }
    }
    Ok(())
}
