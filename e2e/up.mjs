// The README's first command on a machine that has never seen it: backend/scripts/up, the first administrator as
// docs/operator.md makes him, Ctrl-C, a second start, and backend/scripts/down. Nothing is built here: HOSTWRIGHT_BIN and
// HOSTWRIGHT_PAGES as for the others.
import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Caller, equal, holds, pages, program, sleep, sqlOn, test, top, until } from "./harness.mjs";

const scripts = join(top, "backend/scripts");

/** A port that stays free while nobody listens: those that calls to the outside get are higher. */
async function quietPort() {
  for (;;) {
    const port = randomInt(12_000, 20_000);
    const free = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** What is there of an installation: its folder, the servers that work in it, and every `up` that was called. */
class Installation {
  static async create() {
    const here = new Installation();
    // A space in its name is no reason to fail. What runs the private servers is not root, and passes through.
    here.folder = mkdtempSync(join(tmpdir(), "hostwright up "));
    chmodSync(here.folder, 0o711);
    here.data = join(here.folder, "data");
    here.starts = [];
    const [http, postgres, redis] = [await quietPort(), await quietPort(), await quietPort()];
    Object.assign(here, { http, postgres, redis, url: `http://localhost:${http}` });
    // `up` keeps to the ports of an earlier start: not those that one beside this test may want.
    mkdirSync(here.data);
    writeFileSync(join(here.data, "postgres.port"), `${postgres}\n`);
    writeFileSync(join(here.data, "redis.port"), `${redis}\n`);
    const others = Object.entries(process.env).filter(([name]) => !/^(HOSTWRIGHT|TEST_|PG|REDISCLI)/.test(name));
    here.bare = Object.fromEntries(others);
    here.env = {
      ...here.bare,
      HOSTWRIGHT_DATA: here.data,
      HOSTWRIGHT_CACHE: join(here.folder, "cache"),
      HOSTWRIGHT_DEMO: "no",
      HOSTWRIGHT_BIN: program,
      HOSTWRIGHT__HTTP__BIND: `127.0.0.1:${http}`,
      HOSTWRIGHT__HTTP__FRONTEND_DIR: pages,
    };
    return here;
  }

  /** Calls `up`; what it says is gathered. */
  up(env = {}) {
    const options = { env: { ...this.env, ...env }, cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] };
    const child = spawn(join(scripts, "up"), options);
    child.said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (child.said += text));
    child.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
    this.starts.push(child);
    return child;
  }

  /** Calls `up` and waits until it serves; gives the seconds after which it said so. */
  async start() {
    const child = this.up();
    let over = false;
    child.ended.then(() => (over = true));
    try {
      await until("it is ready", async () => over || (await fetch(`${this.url}/readyz`)).ok, 90);
      holds(!over, "it ended");
    } catch (error) {
      throw new Error(`${error.message}\n${child.said.slice(-3000)}`);
    }
    this.serving = child;
    const [, seconds] = /^ {2}ready after (\d+\.\d) s$/m.exec(child.said) ?? [];
    holds(seconds !== undefined, `it does not say that it is ready:\n${child.said}`);
    return Number(seconds);
  }

  /** Ends what serves, as Ctrl-C or a service manager does. */
  async end(signal) {
    this.serving.kill(signal);
    const ended = await Promise.race([this.serving.ended, sleep(30_000)]);
    equal(ended, { code: 0, signal: null }, `the end by ${signal}`);
  }

  /** Calls an `up` that has to be refused; gives what it says. */
  async refused(env) {
    const child = this.up(env);
    const ended = await Promise.race([child.ended, sleep(60_000)]);
    holds(ended?.code === 1, `it was not refused: ${JSON.stringify(ended)}\n${child.said.slice(-3000)}`);
    holds(!/ready after/.test(child.said), `it says that it is ready:\n${child.said}`);
    return child.said;
  }

  down() {
    return execFileSync(join(scripts, "down"), { env: this.env, cwd: this.folder, encoding: "utf8", stdio: "pipe" });
  }

  /** The processes that work in its folder, or below: with the user that each runs as. */
  processes(below = "") {
    const inside = join(this.data, below);
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
      try {
        const folder = readlinkSync(`/proc/${name}/cwd`);
        if (folder !== inside && !folder.startsWith(`${inside}/`)) return [];
        const [, user] = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"));
        return [{ pid: Number(name), user: Number(user) }];
      } catch {
        return []; // of somebody else, or gone
      }
    });
  }

  secret(name) {
    return readFileSync(join(this.data, name), "utf8").trim();
  }

  /** As the owner of the tables, or as the program. */
  sql(user, query) {
    const secret = this.secret(user === "hostwright" ? "postgres.password" : "program.password");
    return sqlOn(`postgres://${user}:${secret}@127.0.0.1:${this.postgres}/hostwright`, query);
  }

  async stop() {
    for (const child of this.starts) if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await Promise.race([Promise.all(this.starts.map((child) => child.ended)), sleep(25_000)]);
    for (const child of this.starts) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    try {
      this.down();
    } finally {
      for (const { pid } of this.processes()) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // gone by itself
        }
      }
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Files in a folder and below, without those that PostgreSQL keeps to itself. */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path.endsWith("/postgres/data") ? [] : files(path);
    return entry.isFile() ? [path] : [];
  });
}

const mode = (path) => (statSync(path).mode & 0o777).toString(8);

await test(async (results, own) => {
  const here = own(await Installation.create());
  // Nobody else knows of its servers: they go with the test, whoever ends it.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => here.stop().finally(() => process.exit(130)));
  const stop = { stop: true };

  await results.prove("the first start makes servers and tables, builds nothing, and says where it serves and what comes next", async () => {
    await here.start();
    const { said } = here.serving;
    const lines = [`  clients  ${here.url}/`, `  staff    ${here.url}/admin`, `  API      ${here.url}/api/docs/`];
    for (const line of lines) holds(said.split("\n").includes(line), `it does not say “${line}”:\n${said}`);
    holds(/The first administrator.*docs\/operator\.md, "First steps without the demo"/.test(said), `no hint:\n${said}`);
    holds(said.includes(`the program is ${program}`), `it does not say which program it runs:\n${said}`);
    holds(!/✓ (build|fill)/.test(said), `it did more than it was asked:\n${said}`);
  }, stop);

  await results.prove("each portal answers with a page and a program of its own, the API with its documentation", async () => {
    for (const [path, portal] of [["/", "client"], ["/admin", "staff"]]) {
      const page = await (await fetch(here.url + path)).text();
      const loads = [...page.matchAll(/data-(?:js|wasm)="([^"]+)"/g)].map(([, file]) => file);
      equal(loads.length, 2, `programs of ${path}`);
      for (const file of loads) {
        holds(file.includes(`/${portal}-`), `${path} loads ${file}`);
        const answer = await fetch(here.url + file);
        holds(answer.ok && /javascript|wasm/.test(answer.headers.get("content-type")), `${file}: ${answer.status}`);
        await answer.arrayBuffer();
      }
    }
    const documentation = await fetch(`${here.url}/api/docs/`);
    holds(documentation.ok && /swagger/i.test(await documentation.text()), "no documentation of the API");
  });

  await results.prove("PostgreSQL and Redis are not run by root, and keep what they were told", async () => {
    for (const server of ["postgres", "redis"]) {
      const processes = here.processes(server);
      holds(processes.length > 0, `no process of ${server}`);
      equal(processes.filter(({ user }) => user === 0), [], `${server} as root`);
    }
    const settings = await here.sql(
      "hostwright",
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit') ORDER BY name`,
    );
    equal(settings.map(({ name, setting }) => `${name} ${setting}`),
      ["fsync on", "full_page_writes on", "listen_addresses 127.0.0.1", "synchronous_commit on"], "PostgreSQL");
    const env = { ...here.bare, REDISCLI_AUTH: here.secret("redis.password") };
    const asked = ["-p", String(here.redis), "config", "get", "appendonly"];
    const redis = execFileSync("redis-cli", asked, { env, encoding: "utf8" });
    equal(redis.trim().split("\n"), ["appendonly", "yes"], "Redis");
  });

  await results.prove("the program is no superuser, and cannot change the books", async () => {
    const rights = await here.sql(
      "hostwright_app",
      `SELECT rolsuper AS super, has_table_privilege('ledger_transfers', 'INSERT') AS adds,
         has_table_privilege('ledger_transfers', 'UPDATE') OR has_table_privilege('ledger_transfers', 'DELETE') AS changes
       FROM pg_roles WHERE rolname = current_user`,
    );
    equal(rights, [{ super: false, adds: true, changes: false }], "rights of hostwright_app");
  });

  await results.prove("whatever holds a secret is for its owner alone", async () => {
    const names = ["secret.key", "postgres.password", "program.password", "redis.password"];
    const secrets = names.map((name) => here.secret(name));
    equal(new Set(secrets).size, names.length, "different secrets");
    const holding = files(here.folder).filter((path) => secrets.some((secret) => readFileSync(path, "utf8").includes(secret)));
    for (const name of [...names, "redis/redis.conf"]) holds(holding.includes(join(here.data, name)), `${name} holds none`);
    equal(holding.filter((path) => mode(path) !== "600"), [], "files that others may read");
    equal(mode(join(here.data, "postgres/data")), "700", "mode of PostgreSQL's folder");
    equal(mode(here.data), "711", "mode of the folder");
  });

  const email = "first@provider.test";
  const password = await results.prove("the first administrator is made as docs/operator.md says, and gets a password", async () => {
    const manual = readFileSync(join(top, "docs/operator.md"), "utf8");
    const [, block] = /^### First steps without the demo\n[^#]*?```sh\n(.*?)```/ms.exec(manual) ?? [];
    holds(block, "docs/operator.md has no such commands");
    // Only what is another one here: the folder, the program, the address.
    const commands = block
      .replace(/^cd .*$/m, `cd '${here.data}'`)
      .replace(/^~\/\S+\/hostwright /m, `'${program}' `)
      .replace("you@example.com", email);
    for (const part of [here.data, program, email]) holds(commands.includes(part), `without ${part}:\n${commands}`);
    const said = execFileSync("bash", ["-euc", commands], { env: here.bare, encoding: "utf8", stdio: "pipe" });
    const [, made] = /^password: (\S+)$/m.exec(said) ?? [];
    holds(made, `no password:\n${said}`);
    return made;
  }, stop);

  const admin = new Caller(here.url);
  await results.prove("he signs in, and the dashboard leads on", async () => {
    await admin.signIn("admin", email, password);
    holds((await admin.get("/admin/dashboard")).first_steps.length > 0, "no first steps");
  }, stop);

  /** Nothing is lost: the session goes on, and the password is still his. */
  const isStillThere = async () => {
    await admin.get("/admin/dashboard");
    await new Caller(here.url).signIn("admin", email, password);
  };

  await results.prove("a second one is refused while the first one serves, and told what to do", async () => {
    const said = await here.refused();
    holds(said.includes(`Port ${here.http} is taken.`), `it does not name the port:\n${said}`);
    holds(/What to do: .*HOSTWRIGHT__HTTP__BIND=/.test(said), `it does not say what to do:\n${said}`);
    await isStillThere();
  });

  await results.prove("Ctrl-C ends the program, not the private servers", async () => {
    await here.end("SIGINT");
    for (const server of ["postgres", "redis"]) holds(here.processes(server).length > 0, `${server} ended, too`);
  });

  await results.prove("an unknown key of the configuration stops the start and is named", async () => {
    const said = await here.refused({ HOSTWRIGHT__HTTP__BNID: "127.0.0.1:8490" });
    holds(/unknown field.*bnid/.test(said), `it does not name the key:\n${said}`);
  });

  await results.prove("one at a time prepares a folder", async () => {
    const other = spawn("flock", [join(here.data, "lock"), "sh", "-c", "echo held; cat"], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = new Promise((resolve) => other.once("close", resolve));
    try {
      await new Promise((resolve, reject) => other.once("error", reject).stdout.once("data", resolve));
      const said = await here.refused();
      holds(said.includes(`Another backend/scripts/up prepares ${here.data}.`), `it says something else:\n${said}`);
    } finally {
      other.stdin.end();
      await ended;
    }
  });

  await results.prove("the second start is ready in less than five seconds, and nothing is lost", async () => {
    const seconds = await here.start();
    holds(seconds < 5, `ready after ${seconds} s`);
    await isStillThere();
    await here.end("SIGTERM");
  });

  await results.prove("`down` stops the private servers, and a start afterwards has everything again", async () => {
    here.down();
    equal(here.processes(), [], "processes that are left");
    await here.start();
    await isStillThere();
  });
});
