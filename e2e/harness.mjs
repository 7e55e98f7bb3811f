// What every test here begins with: servers of its own, a fresh database, callers, a browser, the mails and the PDFs.
//
//   HOSTWRIGHT_BIN     the program (default: the debug build in CARGO_TARGET_DIR)
//   HOSTWRIGHT_PAGES   the built pages (default: dist/)
//   TEST_DATABASE_URL, TEST_REDIS_URL, TEST_SMTP, TEST_SMTP_API   as `backend/scripts/scratch up DIR` prints them
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);
export const top = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = process.env.HOSTWRIGHT_CACHE ?? join(process.env.HOME, ".cache/hostwright");
export const program =
  process.env.HOSTWRIGHT_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(cache, "target"), "debug/hostwright");
export const pages = process.env.HOSTWRIGHT_PAGES ?? join(top, "dist");
export const venv = join(cache, "venv");
export const logs = process.env.HOSTWRIGHT_LOGS ?? join(cache, "logs");
const postgresPrograms = "/usr/lib/postgresql/15/bin";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start servers with backend/scripts/scratch up DIR, then source DIR/env`);
  return value;
}

/** Waits until `probe` gives something true, and returns it. Fails with `what` after `seconds`. */
export async function until(what, probe, seconds = 20, everyMs = 100) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s${last ? ` (${last.message})` : ""}`);
    await sleep(everyMs);
  }
}

export async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// ---- Results -------------------------------------------------------------------------------------------------

/** Counts what was proved; `finish` prints the line that the test runner reads, and ends the process. */
export class Results {
  passed = 0;
  failed = 0;

  ok(name) {
    this.passed += 1;
    console.log(`ok      ${name}`);
  }

  bad(name, error) {
    this.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).split("\n").join("\n        ")}`);
  }

  /** Runs one proof. `stop` ends the whole test when it fails: what follows builds on it. */
  async prove(name, work, { stop = false } = {}) {
    const started = Date.now();
    try {
      const value = await work();
      this.ok(`${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      return value;
    } catch (error) {
      this.bad(name, error);
      if (stop) throw new Stopped();
      return undefined;
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 && this.passed > 0 ? 0 : 1);
  }
}

/** Thrown after a failed proof that the rest builds on; it is already counted. */
export class Stopped extends Error {}

/** Runs a test: its results are printed and its servers stopped, however it ends. */
export async function test(work) {
  const results = new Results();
  const owned = [];
  const own = (thing) => (owned.push(thing), thing);
  try {
    await work(results, own);
  } catch (error) {
    if (!(error instanceof Stopped)) results.bad("the test itself", error);
  }
  for (const thing of owned.reverse()) {
    try {
      await thing.stop();
    } catch (error) {
      results.bad("stopping", error);
    }
  }
  results.finish();
}

export function equal(actual, expected, what) {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: expected ${right}, got ${left}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

// ---- Database and program ------------------------------------------------------------------------------------

const databaseUrl = (name) => need("TEST_DATABASE_URL").replace(/\/[^/]*$/, `/${name}`);

// The program runs as an installation's does: under a role of its own, which cannot touch the books.
const role = "hostwright_app";
const programUrl = (url) => url.replace(/\/\/[^@/]*@/, `//${role}@`);
const roleIsThere = (server) =>
  sqlOn(server, `DO $$ BEGIN CREATE ROLE ${role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);

/** Runs SQL and gives its rows as objects. */
export async function sqlOn(url, query) {
  const wrapped = /^\s*(select|with)\b/i.test(query)
    ? `SELECT coalesce(json_agg(t), '[]') FROM (${query.replace(/;\s*$/, "")}) t`
    : query;
  const { stdout } = await execFileAsync(`${postgresPrograms}/psql`, ["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", wrapped], {
    maxBuffer: 256 * 1024 * 1024,
  });
  const text = stdout.trim();
  return wrapped === query ? text : JSON.parse(text);
}

/**
 * The demo provider takes a while to live through its months: filled once for each build of the program, then copied, from
 * the server at TEST_DEMO_FROM as well.
 */
export async function demoTemplate() {
  const { mtimeMs, size } = statSync(program);
  const name = `hw_demo_${Math.round(mtimeMs).toString(36)}_${size.toString(36)}`;
  const server = need("TEST_DATABASE_URL");
  const isOn = async (url) => (await sqlOn(url, `SELECT 1 AS found FROM pg_database WHERE datname = '${name}' AND datistemplate`)).length > 0;
  if (await isOn(server)) return name;
  await sqlOn(server, `DROP DATABASE IF EXISTS ${name}`);
  const other = process.env.TEST_DEMO_FROM;
  if (other && (await isOn(other))) {
    await copyTemplate(other, name);
    await sqlOn(server, `ALTER DATABASE ${name} IS_TEMPLATE true`);
  } else {
    const started = Date.now();
    const filler = await Panel.create();
    try {
      await filler.run(["demo"], { minutes: 20 });
      await sqlOn(server, `ALTER DATABASE ${filler.name} RENAME TO ${name}`);
      await sqlOn(server, `ALTER DATABASE ${name} IS_TEMPLATE true`);
    } finally {
      await filler.stop();
    }
    console.log(`        the demo provider was filled in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  return name;
}

/** Brings a template over from another server, by way of a copy: nobody may be connected to a template that is being copied. */
async function copyTemplate(from, name) {
  const copy = `hw_e2e_${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), "hostwright-demo-"));
  await sqlOn(from, `CREATE DATABASE ${copy} TEMPLATE ${name}`);
  try {
    const dump = join(folder, "dump");
    await roleIsThere(need("TEST_DATABASE_URL"));
    await execFileAsync(`${postgresPrograms}/pg_dump`, ["-Fc", "-Z0", "-f", dump, from.replace(/\/[^/]*$/, `/${copy}`)]);
    await sqlOn(need("TEST_DATABASE_URL"), `CREATE DATABASE ${name}`);
    await execFileAsync(`${postgresPrograms}/pg_restore`, ["--no-owner", "--exit-on-error", "-d", databaseUrl(name), dump]);
  } finally {
    await sqlOn(from, `DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A database of its own with a server on it. `start` begins it; `processes` may be more than one. */
export class Panel {
  static async create({ worker = true, demo = false, env = {} } = {}) {
    const panel = new Panel();
    panel.name = `hw_e2e_${randomUUID().slice(0, 8)}`;
    panel.url = databaseUrl(panel.name);
    panel.folder = mkdtempSync(join(tmpdir(), "hostwright-e2e-"));
    panel.worker = worker;
    panel.processes = [];
    const template = demo ? await demoTemplate() : "template1";
    await sqlOn(need("TEST_DATABASE_URL"), `CREATE DATABASE ${panel.name} TEMPLATE ${template}`);
    // One key for all, so that a copy of the demo can read what the demo sealed.
    writeFileSync(join(panel.folder, "secret.key"), Buffer.from("a key for tests, 32 bytes long!!").toString("base64"));
    panel.env = {
      ...process.env,
      HOSTWRIGHT__HTTP__SIGN_IN_PER_MINUTE: "10000",
      HOSTWRIGHT__DATABASE__URL: programUrl(panel.url),
      HOSTWRIGHT__REDIS__URL: need("TEST_REDIS_URL"),
      HOSTWRIGHT__REDIS__PREFIX: panel.name,
      HOSTWRIGHT__SECRET_KEY__FILE: join(panel.folder, "secret.key"),
      HOSTWRIGHT__MAIL__SMTP_URL: `smtp://${need("TEST_SMTP")}`,
      HOSTWRIGHT__CLOCK__ADJUSTABLE: "true",
      // Nobody outside is asked anything.
      HOSTWRIGHT__VIES__URL: "http://127.0.0.1:9",
      HOSTWRIGHT__LOG__FORMAT: "text",
      ...(existsSync(join(pages, "index.html")) ? { HOSTWRIGHT__HTTP__FRONTEND_DIR: pages } : {}),
      ...env,
    };
    await panel.takePort();
    if (!demo) await panel.migrate();
    return panel;
  }

  /** As the owner of the tables, who then lets the program's role in. */
  async migrate() {
    await roleIsThere(need("TEST_DATABASE_URL"));
    await this.run(["migrate"], { env: { HOSTWRIGHT__DATABASE__URL: this.url } });
    await execFileAsync(`${postgresPrograms}/psql`, ["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", this.url, "-f", join(top, "docs/program-role.sql")]);
  }

  /** Chooses where it will listen. Another program may take the port before it does. */
  async takePort() {
    this.port = await freePort();
    this.base = `http://127.0.0.1:${this.port}`;
    Object.assign(this.env, { HOSTWRIGHT__HTTP__BIND: `127.0.0.1:${this.port}`, HOSTWRIGHT__HTTP__PUBLIC_URL: this.base });
  }

  /** A panel that is being served. */
  static async start(options) {
    const panel = await Panel.create(options);
    try {
      await panel.serve();
    } catch (error) {
      await panel.stop();
      throw error;
    }
    return panel;
  }

  /** One command of the program to its end; gives what it printed. */
  async run(args, { input, minutes = 3, allowFailure = false, env = {} } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { env: { ...this.env, ...env }, cwd: this.folder, timeout: minutes * 60_000 });
      let out = "";
      let err = "";
      child.stdout.on("data", (data) => (out += data));
      child.stderr.on("data", (data) => (err += data));
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0 || allowFailure) resolve(allowFailure ? { code, out, err } : out);
        else reject(new Error(`hostwright ${args.join(" ")}: code ${code}\n${err.slice(-3000)}${out.slice(-2000)}`));
      });
      child.stdin.end(input ?? "");
    });
  }

  /** Starts a process of the program and leaves it running. */
  spawn(args, { name = args[0], env = {} } = {}) {
    mkdirSync(logs, { recursive: true });
    const log = join(logs, `${this.name}-${name}-${this.processes.length}.log`);
    const file = openSync(log, "a");
    const child = spawn(program, args, { env: { ...this.env, ...env }, cwd: this.folder, stdio: ["ignore", file, file] });
    closeSync(file);
    child.log = log;
    child.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
    this.processes.push(child);
    return child;
  }

  async serve(tries = 5) {
    const child = this.spawn(this.worker ? ["serve", "--with-worker"] : ["serve"], { name: "serve" });
    let over = false;
    child.ended.then(() => (over = true));
    const ready = async () => over || (await fetch(`${this.base}/readyz`)).ok;
    const log = () => readFileSync(child.log, "utf8").slice(-3000);
    await until("the server is ready", ready, 40).catch((error) => {
      throw new Error(`${error.message}\n${log()}`);
    });
    // Whoever has the port may have answered for it.
    await Promise.race([child.ended, sleep(250)]);
    if (over && tries > 1 && /os error 98/.test(log())) {
      await this.takePort();
      return this.serve(tries - 1);
    }
    if (over) throw new Error(`the server ended\n${log()}`);
    this.server = child;
    return child;
  }

  /** SQL on its database. */
  sql(query) {
    return sqlOn(this.url, query);
  }

  /** The audit of the books; throws with its report when something is wrong. */
  async verify() {
    const { code, out, err } = await this.run(["verify"], { allowFailure: true, minutes: 10 });
    if (code !== 0) throw new Error(`hostwright verify: code ${code}\n${out.slice(-3000)}${err.slice(-2000)}`);
    return out;
  }

  /** Lines of the logs that name an error. */
  errors() {
    return this.processes.flatMap((child) =>
      readFileSync(child.log, "utf8")
        .replace(/\x1b\[[0-9;]*m/g, "")
        .split("\n")
        .filter((line) => /\bERROR\b|panicked at/.test(line)),
    );
  }

  caller() {
    return new Caller(this.base);
  }

  /** A super administrator made with `hostwright admin create`, signed in. */
  async admin({ email = "chief@provider.test", password = "correct horse battery staple" } = {}) {
    await this.run(["admin", "create", "--email", email, "--first-name", "Chief", "--last-name", "Provider", "--password-stdin"], {
      input: `${password}\n`,
    });
    const admin = this.caller();
    await admin.signIn("admin", email, password);
    return Object.assign(admin, { email, password });
  }

  async stop() {
    for (const child of this.processes) if (child.exitCode === null) child.kill("SIGTERM");
    await Promise.race([Promise.all(this.processes.map((child) => child.ended)), sleep(25_000)]);
    for (const child of this.processes) if (child.exitCode === null) child.kill("SIGKILL");
    await sqlOn(need("TEST_DATABASE_URL"), `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// ---- Callers of the API --------------------------------------------------------------------------------------

export class Refused extends Error {
  constructor(what, status, problem) {
    super(`${what}: ${status} ${JSON.stringify(problem)?.slice(0, 1500)}`);
    this.status = status;
    this.problem = problem;
  }
}

/** Somebody who calls the API: a visitor until `signIn`, or the holder of a token. */
export class Caller {
  cookies = new Map();
  csrf = undefined;
  token = undefined;
  again = undefined;

  constructor(base) {
    this.base = base;
  }

  withToken(token) {
    return Object.assign(new Caller(this.base), { token });
  }

  get cookieHeader() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async raw(method, path, asked) {
    const answer = await this.send(method, path, asked);
    // Asked for the password again, they give it, as the pages do.
    if (answer.status !== 403 || !this.again || (await answer.clone().json()).code !== "password_needed") return answer;
    await answer.arrayBuffer();
    await this.confirm();
    return this.send(method, path, asked);
  }

  /** Gives the password again. */
  async confirm() {
    await (await this.send("POST", this.again.path, { body: { password: this.again.password } })).arrayBuffer();
  }

  async send(method, path, { body, headers = {} } = {}) {
    const answer = await fetch(`${this.base}${path.startsWith("/api") ? "" : "/api/v1"}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.cookies.size > 0 ? { cookie: this.cookieHeader } : {}),
        ...(this.csrf ? { "x-csrf-token": this.csrf } : {}),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
      if (/csrf$/.test(name)) this.csrf = value || undefined;
    }
    return answer;
  }

  async call(method, path, body, headers) {
    const answer = await this.raw(method, path, { body, headers });
    const type = answer.headers.get("content-type") ?? "";
    const value = type.includes("json") ? await answer.json() : type.startsWith("text/") ? await answer.text() : Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw new Refused(`${method} ${path}`, answer.status, Buffer.isBuffer(value) ? undefined : value);
    return value;
  }

  get(path) {
    return this.call("GET", path);
  }
  post(path, body = {}, headers = {}) {
    return this.call("POST", path, body, { "idempotency-key": randomUUID(), ...headers });
  }
  put(path, body, headers) {
    return this.call("PUT", path, body, headers);
  }
  patch(path, body, headers) {
    return this.call("PATCH", path, body, headers);
  }
  delete(path, headers) {
    return this.call("DELETE", path, undefined, headers);
  }

  /** The status and problem code that a call is refused with. */
  async refused(method, path, body, headers = {}) {
    const answer = await this.raw(method, path, { body, headers: { "idempotency-key": randomUUID(), ...headers } });
    if (answer.ok) throw new Error(`${method} ${path}: was expected to be refused, got ${answer.status}`);
    const problem = await answer.json();
    return { status: answer.status, code: problem.code, fields: (problem.fields ?? []).map((field) => field.field), problem };
  }

  async signIn(portal, email, password) {
    const area = portal === "admin" ? "/auth/admin" : "/auth";
    const signedIn = await this.post(`${area}/sign-in`, { email, password, remember: false });
    this.again = { path: `${area}/sudo`, password };
    return signedIn;
  }

  /** The installation's clock, moved by so many hours. */
  async moveClock(hours) {
    const { now } = await this.get("/public/clock");
    const later = new Date(Date.parse(now) + hours * 3_600_000).toISOString();
    return this.post("/admin/clock", { now: later });
  }
}

/** What everybody of the demo signs in with. */
const demoPassword = "correct-horse-battery-42";

/** The demo's client with the most services, and its owner signed in. */
export async function demoClient(panel) {
  const [row] = await panel.sql(
    `SELECT c.id, u.email FROM clients c JOIN client_users cu ON cu.client_id = c.id JOIN users u ON u.id = cu.user_id
     WHERE cu.role = 'owner' AND c.status = 'active' AND c.language = 'en'
     ORDER BY (SELECT count(*) FROM services s WHERE s.client_id = c.id) DESC, c.id LIMIT 1`,
  );
  if (!row) throw new Error("the demo has no active client");
  const caller = panel.caller();
  await caller.signIn("client", row.email, demoPassword);
  return { id: row.id, email: row.email, password: demoPassword, caller };
}

// ---- Mails and PDFs ------------------------------------------------------------------------------------------

/** Letters to this address, oldest first. */
export async function mails(to) {
  const answer = await fetch(`${need("TEST_SMTP_API")}/mails?to=${encodeURIComponent(to)}`);
  return answer.json();
}

/** Waits for a letter to `to` whose subject or text matches. */
export async function mail(to, pattern, seconds = 30) {
  return until(`a mail to ${to} about ${pattern}`, async () =>
    (await mails(to)).findLast((letter) => pattern.test(letter.subject) || pattern.test(letter.text)), seconds, 250);
}

/** The first link of a letter that matches. */
export function link(letter, pattern = /https?:\/\/[^\s"'<>)]+/) {
  const found = pattern.exec(letter.text) ?? pattern.exec(letter.html);
  if (!found) throw new Error(`no link ${pattern} in the letter “${letter.subject}”:\n${letter.text}`);
  return found[0].replaceAll("&amp;", "&");
}

/** The text of a PDF, as pdftotext reads it. */
export function pdfText(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "hostwright-pdf-"));
  try {
    writeFileSync(join(folder, "document.pdf"), bytes);
    return execFileSync("pdftotext", ["-layout", join(folder, "document.pdf"), "-"], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// ---- The browser ---------------------------------------------------------------------------------------------

/** By page: what was asked of the server and is not answered yet. */
const asked = new WeakMap();

/** A person's browser: own profile, nothing kept. */
export async function browser({ width = 1440, height = 900, dark = false, locale = "en-GB" } = {}) {
  const { chromium } = await import("playwright-core");
  const folder = mkdtempSync(join(tmpdir(), "hostwright-browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width, height },
    locale,
    timezoneId: "Europe/Warsaw",
    reducedMotion: "reduce",
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const open = new Set();
  page.on("request", (request) => request.resourceType() !== "eventsource" && open.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
  asked.set(page, open);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4\d\d)/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  return {
    context,
    page,
    complaints,
    async stop() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the page has drawn its content: no skeleton, nothing being loaded. */
export async function settled(page) {
  await page.waitForLoadState("load");
  // Streams of events stay open: Playwright's idle network never comes on a page that follows a record.
  const open = asked.get(page);
  const until = Date.now() + 60_000;
  for (let quiet = 0; quiet < 3; quiet = open.size === 0 ? quiet + 1 : 0) {
    if (Date.now() > until) throw new Error(`still being asked: ${[...open].map((request) => request.url()).join(", ")}`);
    await sleep(50);
  }
  await page.waitForFunction(() => !document.querySelector(".skeleton, [aria-busy=true]"));
}

/** Violations of WCAG 2.2 AA on the page, one line each. */
export async function axe(page) {
  const { AxeBuilder } = await import("@axe-core/playwright");
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return violations.map(
    (found) => `${found.id} (${found.impact}): ${found.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`,
  );
}
