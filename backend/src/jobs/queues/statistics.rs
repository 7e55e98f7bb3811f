//! What the queues did over time.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use shared::tasks::{Queue, QueuePoint, QueueStatistics, TaskStatistics};

use crate::db::Conn;

/// Steps between points, in seconds: a minute to a day.
const STEPS: &[i64] = &[60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400];
/// No more points than a chart shows.
const POINTS_MAX: i64 = 100;

/// How many tasks of a queue ended well, and how many did not.
#[derive(QueryableByName)]
pub(in crate::jobs) struct Ended {
    #[diesel(sql_type = Text)]
    pub(in crate::jobs) queue: Queue,
    #[diesel(sql_type = BigInt)]
    pub(in crate::jobs) completed: i64,
    #[diesel(sql_type = BigInt)]
    pub(in crate::jobs) failed: i64,
}

#[derive(QueryableByName)]
struct PointRow {
    #[diesel(sql_type = Timestamptz)]
    at: jiff_diesel::Timestamp,
    #[diesel(embed)]
    ended: Ended,
    #[diesel(sql_type = BigInt)]
    average_ms: i64,
    #[diesel(sql_type = BigInt)]
    longest_wait_seconds: i64,
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(embed)]
    ended: Ended,
    #[diesel(sql_type = BigInt)]
    average_ms: i64,
    #[diesel(sql_type = BigInt)]
    longest_ms: i64,
}

/// Two statements, over an index that holds all they need. What people finished by hand does not count.
///
/// `name` leaves only the points of one kind of task; the kinds are always all of them.
pub(in crate::jobs) async fn read(
    conn: &mut Conn,
    from: Timestamp,
    to: Timestamp,
    name: Option<&str>,
) -> QueryResult<QueueStatistics> {
    let step = step(to.duration_since(from));
    let points: Vec<PointRow> = diesel::sql_query(
        "SELECT date_bin(make_interval(secs => $3), finished_at, $1) AS at, queue,
             count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE state = 'failed') AS failed,
             coalesce(avg(duration_ms), 0)::bigint AS average_ms,
             GREATEST(coalesce(max(extract(epoch FROM started_at - run_at)), 0), 0)::bigint AS longest_wait_seconds
         FROM tasks WHERE finished_at >= $1 AND finished_at < $2 AND state IN ('completed', 'failed') AND NOT manual
             AND ($4 IS NULL OR name = $4)
         GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .bind::<BigInt, _>(step)
    .bind::<Nullable<Text>, _>(name)
    .load(conn)
    .await?;
    let names: Vec<NameRow> = diesel::sql_query(
        "SELECT name, queue, count(*) FILTER (WHERE state = 'completed') AS completed,
             count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(avg(duration_ms), 0)::bigint AS average_ms,
             coalesce(max(duration_ms), 0) AS longest_ms
         FROM tasks WHERE finished_at >= $1 AND finished_at < $2 AND state IN ('completed', 'failed') AND NOT manual
         GROUP BY name, queue ORDER BY sum(duration_ms) DESC NULLS LAST, name LIMIT 100",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .load(conn)
    .await?;
    Ok(QueueStatistics {
        from,
        to,
        step_seconds: step,
        points: points
            .into_iter()
            .map(|row| QueuePoint {
                at: row.at.to_jiff(),
                queue: row.ended.queue,
                completed: row.ended.completed,
                failed: row.ended.failed,
                average_ms: row.average_ms,
                longest_wait_seconds: row.longest_wait_seconds,
            })
            .collect(),
        names: names
            .into_iter()
            .map(|row| TaskStatistics {
                name: row.name,
                queue: row.ended.queue,
                completed: row.ended.completed,
                failed: row.ended.failed,
                average_ms: row.average_ms,
                longest_ms: row.longest_ms,
            })
            .collect(),
    })
}

/// The finest step that needs no more points than a chart shows.
fn step(range: SignedDuration) -> i64 {
    let enough = STEPS.iter().find(|step| range.as_secs() <= *step * POINTS_MAX);
    enough.copied().unwrap_or(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_never_has_more_points_than_it_shows() {
        for hours in [1, 24, 7 * 24, 31 * 24, 92 * 24] {
            let range = SignedDuration::from_hours(hours);
            assert!(range.as_secs() / step(range) <= POINTS_MAX, "{hours} hours");
        }
        assert_eq!(step(SignedDuration::from_hours(24)), 900);
    }
}
