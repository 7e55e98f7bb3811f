// Is the demo provider what it promises: two companies, twelve products in four groups, forty clients of every tax class in six
// countries, and three months of history that the engine made, with papers that are what their hashes say?
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Panel, demoClient, equal, holds, pdfText, test, top, venv } from "./harness.mjs";

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true, worker: false }));
  const staff = await panel.admin();
  const one = async (query) => (await panel.sql(query))[0];
  const number = async (query) => Number((await one(`SELECT (${query}) AS n`)).n);

  await results.prove("two home companies: Poland with EUR and PLN, Canada with CAD", async () => {
    const rows = await panel.sql(
      `SELECT co.country, string_agg(DISTINCT c.currency, ' ' ORDER BY c.currency) AS currencies
       FROM companies co JOIN clients c ON c.company_id = co.id WHERE c.status <> 'deleted' GROUP BY co.country ORDER BY 1`,
    );
    equal(rows, [{ country: "CA", currencies: "CAD" }, { country: "PL", currencies: "EUR PLN" }], "companies");
  });

  await results.prove("twelve products in four groups, one by the hour with CPU, RAM, disk and location", async () => {
    equal(await number("SELECT count(*) FROM products"), 12, "products");
    equal(await number("SELECT count(*) FROM product_groups"), 4, "groups");
    equal(await number("SELECT count(DISTINCT product_id) FROM product_group_products"), 12, "products in a group");
    const periods = (await panel.sql("SELECT DISTINCT period FROM prices ORDER BY 1")).map((row) => row.period);
    for (const period of ["one_time", "monthly", "annually"]) holds(periods.includes(period), `nothing is sold ${period}`);
    const hourly = await panel.sql(
      `SELECT p.key, json_agg(g.key) AS options FROM products p
       JOIN product_option_groups o ON o.product_id = p.id JOIN option_groups g ON g.id = o.group_id
       WHERE p.hourly_billing AND NOT p.retired GROUP BY p.key ORDER BY 1`,
    );
    const full = hourly.filter(({ options }) => ["cpu", "ram", "disk", "location"].every((key) => options.includes(key)));
    holds(full.length > 0, `none by the hour has all four: ${JSON.stringify(hourly)}`);
    equal(
      await number("SELECT count(DISTINCT a.group_id) FROM product_attributes m JOIN attributes a ON a.id = m.attribute_id"),
      2,
      "attribute groups that products have something of",
    );
  });

  await results.prove("forty clients of every tax class in six countries", async () => {
    equal((await staff.get("/admin/clients?per_page=1")).total, 40, "clients");
    equal(await number("SELECT count(DISTINCT country) FROM client_addresses WHERE kind = 'billing'"), 6, "countries");
    const classes = await panel.sql(
      `SELECT DISTINCT CASE WHEN tax_id <> '' THEN 'company with tax id' WHEN company_name <> '' THEN 'company' ELSE 'private' END AS class
       FROM clients ORDER BY 1`,
    );
    equal(classes.map((row) => row.class), ["company", "company with tax id", "private"], "tax classes");
  });

  await results.prove("three months of charges, proformas and invoices, made by the engine", async () => {
    const { days } = await one("SELECT extract(day FROM max(period_from) - min(period_from))::int AS days FROM charges");
    holds(days >= 85, `charges reach over ${days} days`);
    for (const kind of ["proforma", "invoice"]) {
      holds((await number(`SELECT count(*) FROM documents WHERE kind = '${kind}' AND number IS NOT NULL`)) >= 40, `too few of kind ${kind}`);
    }
    // Every movement of money names what caused it, and every invoice a payment that staff booked.
    equal(
      await number("SELECT count(*) FROM ledger_transfers t WHERE cause NOT LIKE 'charge:%' AND NOT EXISTS (SELECT FROM ledger_causes c WHERE c.cause = t.cause)"),
      0,
      "transfers without a cause",
    );
    equal(
      await number("SELECT count(*) FROM documents d WHERE d.kind = 'invoice' AND NOT EXISTS (SELECT FROM payments p WHERE p.document_id IN (d.id, d.proforma_id))"),
      0,
      "invoices without a payment",
    );
  });

  await results.prove("every issued document has its paper, and the paper is what its hash says", async () => {
    equal(
      await number("SELECT count(*) FROM documents d WHERE d.number IS NOT NULL AND NOT EXISTS (SELECT FROM document_files f WHERE f.document_id = d.id)"),
      0,
      "documents without a PDF",
    );
    const papers = await panel.sql("SELECT f.document_id AS id, encode(f.sha256, 'hex') AS sha256, d.number, d.total FROM document_files f JOIN documents d ON d.id = f.document_id WHERE d.number IS NOT NULL ORDER BY d.created_at");
    holds(papers.length >= 80, `only ${papers.length} papers`);
    for (let first = 0; first < papers.length; first += 8) {
      await Promise.all(papers.slice(first, first + 8).map(async (paper) => {
        const bytes = await staff.get(`/admin/documents/${paper.id}/pdf`);
        equal(createHash("sha256").update(bytes).digest("hex"), paper.sha256, `hash of ${paper.number}`);
        holds(pdfText(bytes).includes(paper.number), `the paper of ${paper.number} does not name it`);
      }));
    }
  });

  await results.prove("beancount reads the exported ledger, and comes to the same balances for each company", async () => {
    const { now } = await staff.get("/public/clock");
    const file = join(panel.folder, "ledger.beancount");
    const to = new Date(Date.parse(now) + 86_400_000).toISOString();
    writeFileSync(file, await staff.get(`/admin/ledger/export?format=beancount&from=2020-01-01T00:00:00Z&to=${to}`));
    execFileSync(join(venv, "bin/bean-check"), [file], { stdio: "pipe" });
    const script = join(top, "e2e/beancount_balances.py");
    const read = JSON.parse(execFileSync(join(venv, "bin/python"), [script, file], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }));
    const found = new Map(Object.entries(read).map(([account, sums]) => [account.split(":").at(-1), sums]));
    const parts = (amount) => Math.round(Number(amount) * 10_000);
    let compared = 0;
    for (const { id, name } of await panel.sql("SELECT id, name FROM companies")) {
      // Debits count up, credits down, as there.
      const accounts = await panel.sql(
        `SELECT 'A' || replace(a.id::text, '-', '') AS account, a.currency, sum(CASE WHEN a.id = t.debit_account THEN t.amount ELSE -t.amount END)::text AS sum
         FROM ledger_accounts a LEFT JOIN wallets w ON w.client_id = a.client_id JOIN ledger_transfers t ON a.id IN (t.debit_account, t.credit_account)
         WHERE coalesce(a.company_id, w.company_id) = '${id}' GROUP BY a.id`,
      );
      holds(accounts.length >= 5, `${name} has ${accounts.length} accounts`);
      for (const { account, currency, sum } of accounts) {
        const there = found.get(account) ?? {};
        equal(Object.keys(there), [currency], `currencies of ${account} of ${name}`);
        equal(parts(there[currency]), parts(sum), `${account} of ${name}`);
      }
      compared += accounts.length;
    }
    equal(found.size, compared, "accounts");
  });

  await results.prove("one client is in debt, and suspended for it", async () => {
    const rows = await panel.sql(
      `SELECT DISTINCT c.email FROM clients c JOIN services s ON s.client_id = c.id JOIN documents d ON d.client_id = c.id
       WHERE s.state = 'suspended' AND s.suspension_reason = 'insufficient_funds' AND d.status = 'unpaid'`,
    );
    // The one whose sign-in is printed.
    equal(rows.map((row) => row.email), ["client04@demo.example"], "suspended with an unpaid proforma");
    equal(await number("SELECT count(DISTINCT client_id) FROM services WHERE state = 'suspended'"), 1, "clients with something suspended");
    // As staff find him: the list, his service, the dashboard.
    const found = await staff.get("/admin/clients?in_debt=true");
    equal([found.total, ...found.items.map((client) => client.email)], [1, "client04@demo.example"], "clients in debt");
    const [debtor] = found.items;
    holds(Number(debtor.balance.amount) < 0, `his balance is ${debtor.balance.amount}`);
    const { items: services } = await staff.get(`/admin/services?client=${debtor.id}`);
    equal(services.map((service) => [service.state, service.suspension_reason]), [["suspended", "insufficient_funds"]], "what he has");
    const { wallets } = await staff.get("/admin/dashboard");
    equal(wallets.clients_in_debt, 1, "clients in debt on the dashboard");
    holds(Number(wallets.debts.amount) > 0, `debts of ${wallets.debts.amount} on the dashboard`);
  });

  await results.prove("the examples of docs/api.md work as they stand", async () => {
    const { id, password, caller } = await demoClient(panel);
    await caller.post("/auth/sudo", { password });
    const scopes = ["overview:read", "services:write", "documents:write"];
    const { secret } = await caller.post(`/clients/${id}/tokens`, { name: "Guide", scopes });
    const guide = readFileSync(join(top, "docs", "api.md"), "utf8");
    const examples = [...guide.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, code]) => code);
    holds(examples.length >= 5, `only ${examples.length} examples were found`);
    const env = { ...process.env, BASE: panel.base, TOKEN: secret, CLIENT: id };
    const run = spawnSync("bash", ["-euxo", "pipefail", "-c", examples.join("\n")], { cwd: panel.folder, env, encoding: "utf8" });
    holds(run.status === 0, `${run.stdout.slice(-2000)}\n${run.stderr.slice(-2000)}`);
  });

  await results.prove("the books hold", () => panel.verify());
});
