// Whatever dies in the middle, no hour is charged twice or lost and a payment is booked once.
//
// One alone: node e2e/durability/run.mjs kills | redis | postgres | crowd | leader | away | booking | leaving
// Needs servers that really write: backend/scripts/scratch up DIR durable
import { execFileSync } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import { Panel, Refused, equal, holds, sleep, test, top, until } from "../harness.mjs";
import { provider, rules } from "./fixture.mjs";

const clients = Number(process.env.DURABILITY_CLIENTS ?? 3000);
const wanted = process.argv.slice(2);
const scratch = (...args) => execFileSync(join(top, "backend/scripts/scratch"), args, { stdio: "pipe" });
const folder = () => {
  if (!process.env.TEST_SCRATCH) throw new Error("TEST_SCRATCH is not set: source DIR/env of a `scratch up DIR durable`");
  return process.env.TEST_SCRATCH;
};

/** A provider with services to charge; API without a worker, so that workers can be killed apart. */
class Books {
  static async open(own) {
    const books = new Books();
    // Small batches: many places to die in.
    books.panel = own(await Panel.start({ worker: false, env: { HOSTWRIGHT__WORK__CHARGE_BATCH: "10" } }));
    books.admin = await books.panel.admin();
    const { now } = await books.admin.get("/public/clock");
    books.start = new Date(Math.ceil(Date.parse(now) / 3_600_000) * 3_600_000).toISOString();
    await books.panel.sql(provider({ clients, start: books.start }));
    await books.admin.post("/admin/clock", { now: new Date(Date.parse(books.start) - 60_000).toISOString() });
    return books;
  }

  worker(name = "work") {
    return this.panel.spawn(["work"], { name });
  }

  /** Does it signed in: a session does not outlive the days that pass here. */
  async signedIn(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error;
      await this.admin.signIn("admin", this.admin.email, this.admin.password);
      return work();
    }
  }

  hoursPass(hours) {
    return this.signedIn(() => this.admin.moveClock(hours));
  }

  /** Moves the clock on to this minute of an hour. */
  async minuteComes(minute) {
    const now = Math.floor(Date.parse((await this.admin.get("/public/clock")).now) / 60_000);
    const past = (now - minute + 60) % 60;
    const to = new Date((now + 60 - past) * 60_000).toISOString();
    await this.signedIn(() => this.admin.post("/admin/clock", { now: to }));
  }

  /** How many wallets are due at `at`. */
  async due(at) {
    return (await this.panel.sql(`SELECT count(*) AS due FROM wallets WHERE next_due_at <= '${at}'`))[0].due;
  }

  /** Waits until nothing is due any more. */
  async charged(seconds = 120) {
    const { now } = await this.admin.get("/public/clock");
    await until("everything due is charged", async () => (await this.due(now)) === 0, seconds, 300);
  }

  /** An hour passes; comes back while it is being charged, at some place of the first half. Fails when nothing is left. */
  async midHour() {
    const { now } = await this.admin.get("/public/clock");
    const then = new Date(Date.parse(now) + 3_600_000).toISOString();
    const whole = await this.due(then);
    holds(whole > 1, `${whole} wallets become due`);
    const mark = randomInt(Math.ceil(whole / 2), whole);
    await until("the clock moves", () => this.hoursPass(1).then(() => true), 30);
    const { left } = await until("it begins", async () => {
      const left = await this.due(then);
      return left <= mark && { left };
    }, 120, 10);
    holds(left > 0, "the hour is being charged");
  }

  async hold() {
    for (const [rule, query] of Object.entries(rules)) equal(await this.panel.sql(query), [], rule);
    await this.panel.verify();
  }

  async stopWorkers() {
    for (const child of this.panel.processes) {
      if (child !== this.panel.server && child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await Promise.race([child.ended, sleep(30_000)]);
        if (child.exitCode === null) child.kill("SIGKILL");
      }
    }
  }
}

const scenarios = {
  async kills(results, books) {
    let midway = 0;
    await results.prove("a worker is killed 20 times while it charges", async () => {
      for (let round = 0; round < 20; round += 1) {
        await books.hoursPass(1);
        const worker = books.worker(`kill-${round}`);
        const { now } = await books.admin.get("/public/clock");
        const open = () => books.due(now);
        const before = await open();
        await until("it begins", async () => (await open()) < before, 60, 20).catch(() => undefined);
        await sleep(randomInt(0, 400));
        worker.kill("SIGKILL");
        await worker.ended;
        // Its leases end by themselves, after a minute each: the clock of the leases is put forward.
        await books.panel.sql("UPDATE tasks SET leased_until = now() - interval '1 second' WHERE state = 'processing'");
        if ((await open()) > 0) midway += 1;
      }
      books.worker("after-kills");
      await books.charged();
      await books.stopWorkers();
    });
    await results.prove("it was really killed in the middle", () => holds(midway >= 5, `only ${midway} of 20 kills left work undone`));
    console.log(`        ${midway} of the 20 kills left work undone`);
    await results.prove("after the kills the books are right", () => books.hold());
  },

  async redis(results, books) {
    await results.prove("Redis is emptied in the middle", async () => {
      books.worker("redis");
      for (let round = 0; round < 5; round += 1) {
        await books.midHour();
        execFileSync("redis-cli", ["-u", process.env.TEST_REDIS_URL, "flushall"], { stdio: "pipe" });
        await books.charged();
      }
    });
    await results.prove("Redis is killed and comes back", async () => {
      await books.midHour();
      scratch("restart-redis", folder());
      await books.charged();
      await books.stopWorkers();
    });
    await results.prove("after Redis was lost the books are right", () => books.hold());
  },

  async postgres(results, books) {
    await results.prove("PostgreSQL is restarted in the middle, three times", async () => {
      books.worker("postgres");
      for (let round = 0; round < 3; round += 1) {
        await books.midHour();
        scratch("restart-postgres", folder());
        await until("the server is ready again", async () => (await fetch(`${books.panel.base}/readyz`)).ok, 60);
        await books.charged();
      }
      await books.stopWorkers();
    });
    await results.prove("after the restarts the books are right", () => books.hold());
  },

  async crowd(results, books) {
    await results.prove("two workers and two schedulers at once", async () => {
      books.worker("crowd-a");
      books.worker("crowd-b");
      await until("two processes are seen, one of them leads", async () => {
        const seen = await books.panel.sql("SELECT leader FROM processes WHERE role = 'work' AND seen_at > now() - interval '20 seconds'");
        return seen.length >= 2 && seen.filter((row) => row.leader).length === 1;
      }, 60);
      for (let round = 0; round < 4; round += 1) {
        await books.hoursPass(1);
        await books.charged();
      }
      await books.stopWorkers();
    });
    await results.prove("after the crowd the books are right", () => books.hold());
  },

  async leader(results, books) {
    await results.prove("another process leads the schedule once its leader is killed", async () => {
      const workers = [books.worker("leader-a"), books.worker("leader-b")];
      const leaders = async () => {
        const rows = await books.panel.sql("SELECT host FROM processes WHERE role = 'work' AND leader AND seen_at > now() - interval '20 seconds'");
        return workers.filter((worker) => rows.some(({ host }) => host.endsWith(`:${worker.pid}`)));
      };
      const [first] = await until("one of the two leads", async () => {
        const seen = await books.panel.sql("SELECT host FROM processes WHERE role = 'work' AND seen_at > now() - interval '20 seconds'");
        const both = workers.every((worker) => seen.some(({ host }) => host.endsWith(`:${worker.pid}`)));
        const found = await leaders();
        return both && found.length === 1 && found;
      }, 60);
      const other = workers.find((worker) => worker !== first);
      first.kill("SIGKILL");
      await first.ended;
      await until("the other one leads", async () => (await leaders()).includes(other), 60);
      // What the dead one had in its hands comes back after a minute: the clock of the leases is put forward.
      await books.panel.sql("UPDATE tasks SET leased_until = now() - interval '1 second' WHERE state = 'processing' AND NOT manual");
      await books.hoursPass(1);
      await books.charged();
      await books.stopWorkers();
    });
    await results.prove("after the change of leaders the books are right", () => books.hold());
  },

  async away(results, books) {
    await results.prove("a worker that was away for 24 hours catches up in one pass", async () => {
      // Hours of services begin up to minute 55: none begins while the worker catches up.
      await books.minuteComes(56);
      books.worker("before-away");
      await books.charged();
      await books.stopWorkers();
      const [{ count: before }] = await books.panel.sql("SELECT count(*) FROM ledger_transfers WHERE kind = 'charge'");
      await books.hoursPass(24);
      await sleep(1000);
      books.worker("away");
      await books.charged();
      await books.stopWorkers();
      const [{ count: after }] = await books.panel.sql("SELECT count(*) FROM ledger_transfers WHERE kind = 'charge'");
      equal(after - before, clients, "one transfer for each client");
    });
    await results.prove("after the day away the books are right", () => books.hold());
  },
};

await test(async (results, own) => {
  const chosen = Object.keys(scenarios).filter((name) => wanted.length === 0 || wanted.includes(name));
  if (chosen.length > 0) {
    const books = await Books.open(own);
    for (const name of chosen) await scenarios[name](results, books);
  }
  if (wanted.length === 0 || wanted.includes("booking")) await booking(results, own);
  if (wanted.length === 0 || wanted.includes("leaving")) await leaving(results, own);
});

/** Processes that are told to end finish what they have begun. */
async function leaving(results, own) {
  const panel = own(await Panel.start());
  const admin = await panel.admin();
  const here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  /** How a process that is told to end does so; fails after 20 seconds. */
  const told = (child) => {
    child.kill("SIGTERM");
    return Promise.race([child.ended, sleep(20_000).then(() => "still there after 20 s")]);
  };
  await results.prove("a worker that is told to end does, with code 0", async () => {
    const worker = panel.spawn(["work"]);
    await until("it is at work", async () =>
      (await panel.sql(`SELECT 1 AS found FROM processes WHERE role = 'work' AND host LIKE '%:${worker.pid}'`)).length > 0, 40);
    equal(await told(worker), { code: 0, signal: null }, "its end");
  });
  await results.prove("a server that is told to end answers first what it was asked, and ends with code 0", async () => {
    const held = panel.sql("BEGIN; LOCK TABLE currencies IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT");
    await until("the table is held", async () =>
      (await panel.sql(`SELECT 1 AS found FROM pg_locks WHERE ${here} AND granted AND mode = 'AccessExclusiveLock' AND relation = 'currencies'::regclass`)).length > 0);
    const slow = admin.get("/admin/currencies");
    await until("the request waits", async () =>
      (await panel.sql(`SELECT 1 AS found FROM pg_locks WHERE ${here} AND NOT granted AND relation = 'currencies'::regclass`)).length > 0, 5, 20);
    const ended = told(panel.server);
    const { total } = await slow;
    equal(total, Number((await panel.sql("SELECT count(*) FROM currencies"))[0].count), "the answer");
    equal(await ended, { code: 0, signal: null }, "its end");
    await held;
  });
}

/** One bank transfer, booked by a hundred hands at once. */
async function booking(results, own) {
  const panel = own(await Panel.start({ demo: true, worker: false }));
  const admin = await panel.admin();
  await results.prove("a payment booked 100 times at once is credited once", async () => {
    // Of somebody whose services run: a debtor's money would go on at once.
    const [document] = await panel.sql(
      `SELECT d.id, d.client_id, d.total, d.net, d.currency, g.id AS gateway FROM documents d
       JOIN gateways g ON g.company_id = d.company_id AND g.module = 'bank_transfer'
       WHERE d.kind = 'proforma' AND d.status = 'unpaid'
         AND NOT EXISTS (SELECT 1 FROM services s WHERE s.client_id = d.client_id AND s.state = 'suspended') LIMIT 1`,
    );
    holds(document, "the demo has an unpaid proforma");
    const balance = async () => (await panel.sql(`SELECT balance::text FROM wallets WHERE client_id = '${document.client_id}'`))[0].balance;
    const before = await balance();
    const body = {
      gateway_id: document.gateway, external_id: `transfer-${randomUUID()}`, amount: String(document.total),
      received_on: new Date().toISOString().slice(0, 10),
    };
    const key = randomUUID();
    await admin.confirm();
    const answers = await Promise.all(Array.from({ length: 100 }, async (_, n) => {
      const answer = await admin.raw("POST", `/admin/documents/${document.id}/payments`, {
        body, headers: { "idempotency-key": n % 2 === 0 ? key : randomUUID() },
      });
      await answer.arrayBuffer();
      return answer.status;
    }));
    holds(answers.every((status) => status < 500), `answers: ${JSON.stringify(answers)}`);
    holds(answers.some((status) => status < 300), `none was taken: ${JSON.stringify(answers)}`);
    const credited = (await panel.sql(`SELECT (${await balance()} - ${before})::text AS credited`))[0].credited;
    equal(Number(credited), Number(document.net), "credited");
    const [{ count }] = await panel.sql(`SELECT count(*) FROM payments WHERE external_id = '${body.external_id}'`);
    equal(count, 1, "payments");
  });
  await results.prove("the books are right", () => panel.verify());
}
