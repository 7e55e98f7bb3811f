//! Charging at random: what the database charges is what the rules say, for any prices, hours and months.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Numeric, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use hostwright::billing::charging::{self, store};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rules::charging::{
    Due, DuePlan, PeriodStart, due_hours, due_periods, hour_slices, nth_start, settle_short_wallet,
};
use rust_decimal::Decimal;
use shared::{ClientId, Period, ServiceId};
use uuid::Uuid;

use crate::charging::{balance, decimal, delivered, give};
use crate::harness::Panel;

const DAY: i64 = 86_400;

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Draws numbers, others in every run. A run is repeated with its seed in `TEST_SEED`.
struct Draw(TestRunner);

impl Draw {
    fn new() -> Self {
        let given = std::env::var_os("TEST_SEED").map(|seed| seed.to_str().unwrap().parse().unwrap());
        let seed: u64 = given.unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        println!("TEST_SEED={seed}");
        let bytes: Vec<u8> = seed.to_le_bytes().repeat(4);
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self(TestRunner::new_with_rng(ProptestConfig::default(), rng))
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        (from..=to).new_tree(&mut self.0).unwrap().current()
    }

    fn one_in(&mut self, many: i64) -> bool {
        self.between(1, many) == 1
    }

    /// A price; often a tiny one, where roundings show.
    fn price(&mut self) -> Decimal {
        let most = if self.one_in(3) { 99 } else { 9_999_999_999 };
        Decimal::new(self.between(0, most), 4)
    }

    /// An instant up to 80 days later; often in the first hour of a month, when the hours of some services have begun in it
    /// and those of others not.
    fn later(&mut self, than: Timestamp) -> Timestamp {
        let at = second(than.as_second() + self.between(0, 80 * DAY));
        if !self.one_in(3) {
            return at;
        }
        let month = at.to_zoned(jiff::tz::TimeZone::UTC).last_of_month().unwrap().tomorrow().unwrap();
        second(month.start_of_day().unwrap().timestamp().as_second() + self.between(0, 3599))
    }
}

/// A running service, and what it owes by the rules.
struct Drawn {
    id: ServiceId,
    plan: Option<DuePlan>,
    periods: Vec<PeriodStart>,
}

/// (service, from, to, amount), as a set that can be compared.
type Charge = (Uuid, Timestamp, Timestamp, Decimal);

impl Drawn {
    async fn new(
        panel: &Panel,
        draw: &mut Draw,
        client: ClientId,
        watermark: Timestamp,
        now: Timestamp,
    ) -> Self {
        let period = Period::ALL[usize::try_from(draw.between(1, 10)).unwrap()];
        let (base, idle) = (draw.price(), draw.one_in(3));
        let idle_price = (!draw.one_in(3)).then(|| draw.price());
        let price = if idle { idle_price.unwrap_or(base) } else { base };
        let by_hours = period == Period::Hourly || (period == Period::Monthly && draw.one_in(2));
        let charge_by = if by_hours { "hours" } else { "periods" };
        let id = delivered(panel, client, period, charge_by, &base.to_string(), "0").await;
        let idle_price = idle_price.map_or_else(|| "NULL".to_owned(), |price| price.to_string());
        let set = async |columns: String| {
            let idle = format!("idle = {idle}, idle_price = {idle_price}");
            panel.sql(&format!("UPDATE services SET {idle}, {columns} WHERE id = '{id}'")).await;
        };
        if by_hours {
            let from = second(watermark.as_second() + draw.between(-90 * DAY, 20 * DAY));
            set(format!("stream_from = '{from}'")).await;
            let plan = due_hours(from, watermark, now).unwrap().map(|(from, count)| DuePlan::Hours {
                price: store::hourly_price(period, price),
                from,
                count,
            });
            return Self { id, plan, periods: Vec::new() };
        }
        let anchor = second(watermark.as_second() - draw.between(0, 200 * DAY));
        let charged = due_periods(anchor, period, 0, watermark).unwrap().len();
        let charged = i32::try_from(charged).unwrap();
        let until = nth_start(anchor, period, charged).unwrap();
        set(format!("anchor_at = '{anchor}', periods_charged = {charged}, paid_until = '{until}'")).await;
        let periods = due_periods(anchor, period, charged, now).unwrap();
        let starts = periods.iter().map(|period| period.from).collect::<Vec<_>>();
        let plan = (!starts.is_empty()).then_some(DuePlan::Periods { price, starts });
        Self { id, plan, periods }
    }

    /// Its first charges, so many of them.
    fn charges(&self, count: i64) -> Vec<Charge> {
        match &self.plan {
            None => Vec::new(),
            Some(DuePlan::Hours { price, from, .. }) => {
                let slices = hour_slices(*price, *from, count).unwrap();
                slices.iter().map(|slice| (self.id.0, slice.from, slice.to, slice.amount)).collect()
            }
            Some(DuePlan::Periods { price, .. }) => {
                let periods = self.periods.iter().take(usize::try_from(count).unwrap());
                periods.map(|period| (self.id.0, period.from, period.to, *price)).collect()
            }
        }
    }

    /// How many charges it owes.
    fn owes(&self) -> i64 {
        match &self.plan {
            None => 0,
            Some(DuePlan::Hours { count, .. }) => *count,
            Some(DuePlan::Periods { starts, .. }) => i64::try_from(starts.len()).unwrap(),
        }
    }
}

/// The charges of services that are there, in order.
async fn charged(panel: &Panel, client: ClientId) -> Vec<Charge> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        service_id: Uuid,
        #[diesel(sql_type = Timestamptz)]
        period_from: jiff_diesel::Timestamp,
        #[diesel(sql_type = Timestamptz)]
        period_to: jiff_diesel::Timestamp,
        #[diesel(sql_type = Numeric)]
        amount: Decimal,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT service_id, period_from, period_to, amount FROM charges
         WHERE client_id = $1 AND service_id IN (SELECT id FROM services)",
    )
    .bind::<SqlUuid, _>(client)
    .load(&mut *panel.conn().await)
    .await
    .unwrap();
    let mut charges: Vec<Charge> = rows
        .into_iter()
        .map(|row| (row.service_id, row.period_from.to_jiff(), row.period_to.to_jiff(), row.amount))
        .collect();
    charges.sort();
    charges
}

#[track_caller]
fn assert_same(found: &[Charge], mut expected: Vec<Charge>, what: &str) {
    expected.sort();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{what}");
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}

async fn rewind(panel: &Panel, client: ClientId, watermark: Timestamp) {
    panel
        .sql(&format!(
            "UPDATE wallets SET charged_to = '{watermark}', next_due_at = '{watermark}' WHERE client_id = '{client}'"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_rust_charge_the_same_for_random_prices_hours_and_months() {
    let (panel, mut draw) = (Panel::start().await, Draw::new());
    let ada = panel.client("Ada").await.id;
    give(&panel, ada, "99999999999").await;
    let start = panel.now().as_second();
    for round in 0..6 {
        let watermark = second(start + round * 40 * DAY);
        let now = draw.later(watermark);
        panel.sql("DELETE FROM services").await;
        rewind(&panel, ada, watermark).await;
        let mut expected = Vec::new();
        for _ in 0..60 {
            let drawn = Drawn::new(&panel, &mut draw, ada, watermark, now).await;
            expected.extend(drawn.charges(drawn.owes()));
        }
        panel.set_clock(now).await;
        let run = charging::charge_due(&panel.app.db, now, panel.portions()).await.unwrap();
        assert_eq!((run.batch.short, run.failed), (0, 0));
        assert_same(&charged(&panel, ada).await, expected, &format!("round {round}"));
        let again = charging::charge_due(&panel.app.db, now, panel.portions()).await.unwrap();
        assert_eq!(again.batch.charges, 0, "what is charged is not due");
    }
    let sum = panel.amount("SELECT sum(amount) AS value FROM charges").await;
    assert_eq!(balance(&panel, ada).await, decimal("99999999999") - sum);
}

/// A client, what its wallet holds, and what it owes.
struct Debtor {
    id: ClientId,
    money: Decimal,
    services: Vec<Drawn>,
}

impl Debtor {
    /// Sometimes the wallet covers everything, sometimes it lacks the smallest amount there is, or more.
    async fn new(panel: &Panel, draw: &mut Draw, watermark: Timestamp, now: Timestamp) -> Self {
        let id = panel.client("Debtor").await.id;
        let mut services = Vec::new();
        for _ in 0..5 {
            services.push(Drawn::new(panel, draw, id, watermark, now).await);
        }
        let all = services.iter().flat_map(|service| service.charges(service.owes()));
        let cost: Decimal = all.map(|(_, _, _, amount)| amount).sum();
        let least = Decimal::new(1, 4);
        let money = match draw.between(0, 5) {
            0 => cost,
            1 => cost + least,
            2 | 3 => cost - least,
            _ => (cost * Decimal::new(draw.between(0, 99), 2))
                .round_dp_with_strategy(4, rust_decimal::RoundingStrategy::ToZero),
        };
        let money = money.max(Decimal::ZERO);
        // A part of it may be credit.
        let credit = if draw.one_in(3) { money.trunc() } else { Decimal::ZERO };
        if money > credit {
            give(panel, id, &(money - credit).to_string()).await;
        }
        panel.sql(&format!("UPDATE wallets SET credit_limit = {credit} WHERE client_id = '{id}'")).await;
        rewind(panel, id, watermark).await;
        Self { id, money, services }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_that_cover_all_a_part_or_nothing_are_charged_as_the_rules_say() {
    let (panel, mut draw) = (Panel::start().await, Draw::new());
    let watermark = panel.now();
    for round in 0..3 {
        let now = draw.later(watermark);
        // Those of the round before are not looked at again.
        panel.sql("UPDATE wallets SET next_due_at = NULL").await;
        let mut debtors = Vec::new();
        for _ in 0..6 {
            debtors.push(Debtor::new(&panel, &mut draw, watermark, now).await);
        }
        let run = charging::charge_due(&panel.app.db, now, panel.portions()).await.unwrap();
        assert_eq!(run.failed, 0);
        let mut short = 0;
        for debtor in debtors {
            let what = format!("round {round}, {} with {}", debtor.id, debtor.money);
            let owing = debtor.services.iter().filter_map(|one| Some((one, one.plan.clone()?)));
            let (drawn, due): (Vec<_>, Vec<_>) =
                owing.map(|(one, plan)| (one, Due { service: one.id, plan })).unzip();
            let settled = settle_short_wallet(debtor.money, &due).unwrap();
            short += i64::from(settled.iter().any(|one| one.past_due_since.is_some()));
            let expected = drawn.iter().zip(&settled).flat_map(|(one, settled)| one.charges(settled.covered));
            assert_same(&charged(&panel, debtor.id).await, expected.collect(), &what);
            for one in &settled {
                let found = store::find(&mut *panel.conn().await, debtor.id, one.service).await;
                assert_eq!(found.unwrap().unwrap().past_due_since, one.past_due_since, "{what}");
            }
            let credit = "SELECT credit_limit AS value FROM wallets WHERE client_id";
            let credit = panel.amount(&format!("{credit} = '{}'", debtor.id)).await;
            let spent: Decimal = settled.iter().map(|one| one.amount).sum();
            assert_eq!(balance(&panel, debtor.id).await, debtor.money - credit - spent, "{what}");
        }
        assert_eq!(run.batch.short, short, "round {round}");
    }
}

#[derive(Debug, QueryableByName)]
struct Share {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_share_of_a_month_is_the_same_in_sql() {
    let (panel, mut draw) = (Panel::start().await, Draw::new());
    let (mut prices, mut numbers, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..20_000 {
        let hours = draw.between(28, 31) * 24;
        // Small prices meet the middle between two amounts more often.
        let most = if draw.one_in(2) { 2_000 } else { 999_999_999_990_000 };
        prices.push(draw.between(0, most));
        numbers.push(draw.between(0, hours));
        all.push(hours);
    }
    let found: Vec<Share> = diesel::sql_query(
        "SELECT hour_share(price, number, hours)::bigint AS value
         FROM unnest($1, $2, $3) WITH ORDINALITY AS drawn (price, number, hours, n) ORDER BY n",
    )
    .bind::<Array<BigInt>, _>(&prices)
    .bind::<Array<BigInt>, _>(&numbers)
    .bind::<Array<BigInt>, _>(&all)
    .load(&mut *panel.conn().await)
    .await
    .unwrap();
    assert_eq!(found.len(), prices.len());
    for (((found, price), number), hours) in found.iter().zip(prices).zip(numbers).zip(all) {
        let expected =
            rules::units::divide_half_up(i128::from(price) * i128::from(number), i128::from(hours)).unwrap();
        assert_eq!(i128::from(found.value), expected, "{price} x {number} / {hours}");
    }
}
