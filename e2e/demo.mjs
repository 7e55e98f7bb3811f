// Is the demo provider what it promises: two companies, twelve products in four groups, forty clients of every tax class in six
// countries, and three months of history that the engine made, with papers that are what their hashes say?
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Panel, demoClient, equal, holds, pdfText, test, top } from "./harness.mjs";

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
    for (const paper of papers) {
      const bytes = await staff.get(`/admin/documents/${paper.id}/pdf`);
      equal(createHash("sha256").update(bytes).digest("hex"), paper.sha256, `hash of ${paper.number}`);
      holds((await pdfText(bytes)).includes(paper.number), `the paper of ${paper.number} does not name it`);
    }
  });

  await results.prove("one client is in debt, and suspended for it", async () => {
    const rows = await panel.sql(
      `SELECT DISTINCT c.email FROM clients c JOIN services s ON s.client_id = c.id JOIN documents d ON d.client_id = c.id
       WHERE s.state = 'suspended' AND s.suspension_reason = 'insufficient_funds' AND d.status = 'unpaid'`,
    );
    // The one whose sign-in is printed.
    equal(rows.map((row) => row.email), ["client04@demo.example"], "suspended with an unpaid proforma");
    equal(await number("SELECT count(DISTINCT client_id) FROM services WHERE state = 'suspended'"), 1, "clients with something suspended");
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
