// Calls every operation with generated input, good and bad, as staff, as a client and as a visitor. No call may end in a
// server error, and every answer must be as openapi.json says: status, content type and schema.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Panel, demoClient, equal, logs, test, venv } from "../harness.mjs";

const run = promisify(execFile);
const examplesEach = process.env.CONTRACT_EXAMPLES ?? "4";
// Operations that a signed caller may be refused whatever he sends.
const refusedMax = 3;

// Which table knows the `{id}` of a path, so that calls reach more than “not found”.
const tables = {
  "admin/clients": "clients", "admin/users": "users", "admin/services": "services", "admin/products": "products",
  "admin/product-groups": "product_groups", "admin/attribute-groups": "attribute_groups", "admin/attributes": "attributes",
  "admin/option-groups": "option_groups", "admin/options": "options",
  "admin/companies": "companies", "admin/tax-rules": "tax_rules", "admin/documents": "documents",
  "admin/payments": "payments", "admin/tasks": "tasks", "admin/admins": "admins", "admin/admin-groups": "admin_groups",
  "admin/notifications": "notifications", "clients/services": "services", "clients/documents": "documents",
};

// Streams of events do not end by themselves; the tests of the server follow them.
const streams = ["followOwnService", "followService", "followTask"];

// Calls that end sessions, or change the rules for all others: each group with a session of its own.
const apart = {
  client: [["endOtherUserSessions", "endOwnUserSession"], ["signOutUser"]],
  staff: [["endOtherAdminSessions", "endOwnAdminSession"], ["signOutAdmin"], ["putSettings"], ["setClock"]],
};

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true, worker: true }));
  const admin = await panel.admin();
  const document = await admin.get("/api/openapi.json");
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    ["get", "put", "post", "delete", "patch"].filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
  await results.prove("operation ids are unique", () => {
    equal(new Set(operations.map((operation) => operation.operationId)).size, operations.length, "ids");
  });

  const client = await demoClient(panel);
  const parameters = await knownIds(panel, operations, client.id);
  const signed = {
    client: async () => headersOf(await again(panel, "client", client)),
    staff: async () => headersOf(await again(panel, "admin", admin)),
  };
  const look = (name, include, headers, options = {}) =>
    results.prove(`schemathesis as ${name}`, () => schemathesis(panel, parameters, { name, include, headers, ...options }));
  await look("client", ["--include-path-regex", "^/api/v1/clients/", ...without(streams)], await signed.client(), { signed: true });
  // Of these only a sign-in with another password is refused whatever is sent: fewer than `refusedMax`.
  await look("client, own account", ["--include-path-regex", "^/api/v1/(me(/|$)|auth/(?!admin))", ...without(apart.client.flat())], await signed.client(), { signed: true });
  for (const ids of apart.client) await look(`client, ${ids.join(" ")}`, only(ids), await signed.client());
  await look("visitor", ["--include-path-regex", "^/api/v1/(public|hooks)/"], []);
  await look("staff, unsigned", ["--include-path-regex", "^/api/v1/(admin|clients|me)(/|$)"], [], { examples: "1", phases: "examples" });
  // Last: staff may delete whom the others act as.
  await look("staff", ["--include-path-regex", "^/api/v1/admin/(?!me(/|$))", ...without([...apart.staff.flat(), ...streams])], await signed.staff(), { signed: true });
  await look("staff, own account", ["--include-path-regex", "^/api/v1/(admin/me|auth/admin)(/|$)", ...without(apart.staff.flat())], await signed.staff(), { signed: true });
  for (const ids of apart.staff) await look(`staff, ${ids.join(" ")}`, only(ids), await signed.staff());
  await results.prove("nothing was logged as an error", () => equal(panel.errors().slice(0, 10), [], "log lines"));
  await results.prove("the books are still right", () => panel.verify());
});

function only(ids) {
  return ids.flatMap((id) => ["--include-operation-id", id]);
}

function without(ids) {
  return ids.flatMap((id) => ["--exclude-operation-id", id]);
}

/** A new session of somebody who signed in before, with the password asked again just now, and again before it is forgotten. */
async function again(panel, portal, { email, password }) {
  // Generated passwords were wrong often enough to make this address wait.
  await panel.sql("DELETE FROM sign_in_attempts");
  const caller = panel.caller();
  await caller.signIn(portal, email, password);
  const confirm = () => caller.post(portal === "admin" ? "/auth/admin/sudo" : "/auth/sudo", { password });
  await confirm();
  // What was called may have ended the session meanwhile: then there is nothing to renew.
  setInterval(() => confirm().catch(() => {}), 4 * 60_000).unref();
  return caller;
}

async function schemathesis(panel, parameters, { name, include, headers, signed = false, examples = examplesEach, phases = "examples,coverage,fuzzing" }) {
  const file = name.replace(/\W+/g, "-");
  const config = join(panel.folder, `${file}.toml`);
  writeFileSync(config, settings(parameters));
  const report = join(logs, `contract-${file}.log`);
  const args = [
    "--config-file", config, "run", `${panel.base}/api/openapi.json`, "--url", panel.base, ...include,
    "--checks", "not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance",
    "--phases", phases, "--max-examples", examples, "--seed", "1",
    "--continue-on-failure", "--workers", "1", "--request-timeout", "60", "--no-color",
    "--generation-database", "none", "--generation-with-security-parameters", "false", "--suppress-health-check", "all",
    ...headers.flatMap((header) => ["-H", header]),
  ];
  const { stdout = "", stderr = "", code } = await run(join(venv, "bin/schemathesis"), args, {
    maxBuffer: 512 * 1024 * 1024, timeout: 20 * 60_000, cwd: panel.folder,
  }).then((done) => ({ ...done, code: 0 }), (error) => error);
  writeFileSync(report, `${stdout}\n${stderr}`);
  const summary = stdout.slice(stdout.lastIndexOf("= SUMMARY ="));
  console.log(summary.replace(/^/gm, "        ").trimEnd());
  if (code !== 0) throw new Error(`schemathesis found something; all of it: ${report}\n${failures(stdout)}\n${stderr}`);
  const refused = Number(/Authentication failed: (\d+) operation/.exec(summary)?.[1] ?? 0);
  if (signed && refused > refusedMax) throw new Error(`${refused} operations were only ever refused: the session was lost`);
}

function headersOf(caller) {
  return caller.token
    ? [`Authorization: Bearer ${caller.token}`]
    : [`Cookie: ${caller.cookieHeader}`, ...(caller.csrf ? [`X-CSRF-Token: ${caller.csrf}`] : [])];
}

/** What schemathesis printed of its failures, cut to what one can read. */
function failures(text) {
  const from = text.indexOf("= FAILURES =");
  return from < 0 ? text.slice(-4000) : text.slice(from, from + 12_000);
}

function settings(parameters) {
  const lines = [];
  for (const { operationId, values } of parameters) {
    lines.push("[[operations]]", `include-operation-id = ${JSON.stringify(operationId)}`, "[operations.parameters]");
    for (const [name, value] of Object.entries(values)) lines.push(`${JSON.stringify(`path.${name}`)} = ${JSON.stringify(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** For every path with `{client_id}` or `{id}`: ids that exist. */
async function knownIds(panel, operations, clientId) {
  const found = {};
  for (const [prefix, table] of Object.entries(tables)) {
    const where = prefix.startsWith("clients/") ? ` WHERE client_id = '${clientId}'` : "";
    found[prefix] = (await panel.sql(`SELECT id FROM ${table}${where} ORDER BY id LIMIT 1`))[0]?.id;
  }
  return operations.flatMap(({ path, operationId }) => {
    const values = {};
    if (path.includes("{client_id}")) values.client_id = clientId;
    const prefix = path.replace("/api/v1/", "").replace("{client_id}/", "").split("/{")[0];
    if (path.includes("{id}") && found[prefix]) values.id = found[prefix];
    return Object.keys(values).length > 0 ? [{ operationId, values }] : [];
  });
}
