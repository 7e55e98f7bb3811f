// Electronic invoices of every kind of sale, issued over the API, downloaded and given to validators that are not ours: the
// published XML schemas, the rules of EN 16931 and of Factur-X, and readers of PDF.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Panel, equal, holds, test, top, venv } from "../harness.mjs";

const run = promisify(execFile);
const line = (description, quantity, price, more = {}) => ({ description, quantity, unit: "h", unit_price: price, ...more });

const polish = {
  name: "Faktura sp. z o.o.", line1: "ul. Długa 1", line2: "lok. 2", city: "Łódź", postcode: "90-001", country: "PL",
  currency: "PLN", vat_id: "PL7740001454", tax_ids: [{ label: "NIP", value: "774-000-14-54" }],
  fallback_rates: [{ name: "VAT", rate: "23" }], email: "billing@faktura.example",
  bank: { bank: "Test Bank", iban: "PL61109010140000071219812874", bic: "WBKPPLPP" }, embed_einvoice: true,
};
const canadian = {
  name: "Three Taxes Inc.", line1: "King Street 1", city: "Toronto", postcode: "M5H 1A1", country: "CA", region: "CA-ON",
  currency: "CAD", tax_ids: [{ label: "GST/HST", value: "123456789 RT0001" }], bank: { account: "000-1234567" },
  fallback_rates: [{ name: "GST", rate: "5" }, { name: "QST", rate: "9.975" }, { name: "Levy", rate: "1.5" }], embed_einvoice: true,
};

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true }));
  const staff = await panel.admin();
  const folder = join(panel.folder, "invoices");
  mkdirSync(folder);
  const stop = { stop: true };

  /** A home company with a bank transfer. */
  const company = async (profile) => {
    const made = await staff.post("/admin/companies", profile);
    const gateway = await staff.post(`/admin/companies/${made.id}/gateways`, {
      key: "bank", module: "bank_transfer", texts: { en: { name: "Bank transfer", instructions: "{NUMBER}" } },
    });
    return { id: made.id, gateway: gateway.id };
  };
  /** A client of it. */
  const client = async (seller, country, currency, more = {}) => {
    const made = await staff.post("/admin/clients", {
      email: `buyer.${randomUUID()}@example.test`, password: "nine green bottles on a wall", first_name: "Ada", last_name: "Łęcka",
      language: "en", currency, status: "active", company: seller.id, ...more,
      billing_address: { line1: "Main Street 1", city: "Town", postcode: "00-001", country },
    });
    return made.id;
  };
  /** Lines issued and paid: the invoice that came of it. */
  const sell = async (seller, buyer, lines) => {
    const draft = await staff.post("/admin/documents/drafts", { client_id: buyer, lines });
    const asked = await staff.post(`/admin/documents/${draft.document.id}/issue`, { version: draft.version });
    return pay(seller, asked.document);
  };
  /** Lines issued as an invoice that waits for its money. */
  const owe = async (buyer, lines) => {
    const draft = await staff.post("/admin/documents/drafts", { client_id: buyer, lines });
    return staff.post(`/admin/documents/${draft.document.id}/issue`, { version: draft.version, kind: "invoice" });
  };
  const pay = async (seller, document) => {
    const amount = document.total.amount;
    const booked = await staff.post(`/admin/documents/${document.id}/payments`, { gateway_id: seller.gateway, amount });
    return booked.invoice.id;
  };
  const topUp = async (seller, buyer, amount) =>
    pay(seller, (await staff.post("/admin/documents/funds", { client_id: buyer, amount })).document);
  const giveBack = async (invoice, more = {}) => {
    const body = { method: "by_hand", reason: "Not needed & sent back", reference: "R-1", ...more };
    return (await staff.post(`/admin/documents/${invoice}/refunds`, body)).credit_note.id;
  };

  const { here, there } = await results.prove("two home companies sell", async () => {
    return { here: await company(polish), there: await company(canadian) };
  }, stop);

  // Each kind: the document, and the formats that it can be told in.
  const all = ["cii", "ubl", "fa3"];
  const kinds = {};
  await results.prove("one document of each kind is issued", async () => {
    const home = await client(here, "PL", "PLN", { company_name: "Klient S.A.", tax_id: "5260250274" });
    kinds.domestic = [await sell(here, home, [line("VPS <M> & more", "2.5", "13.4985"), line("DNS", "1", "0.01")]), all];
    kinds.discount = [await sell(here, home, [line("Repair", "3", "60", { discount: "10.55" })]), all];
    kinds.credit = [await giveBack(kinds.discount[0]), all];
    // Without a note of the law for the exemption, FA(3) cannot name it.
    kinds.exempt = [await sell(here, home, [line("Repair", "1", "99.99"), line("Stamps", "7", "3.33", { tax_class: "exempt" })]), ["cii", "ubl"]];
    kinds.part = [await giveBack(kinds.exempt[0], { amount: "41.11" }), ["cii", "ubl"]];
    kinds.unpaid = [(await owe(home, [line("Repair", "2", "75.50")])).document.id, all];
    const mistaken = await owe(home, [line("Repair", "1", "80", { discount: "5" }), line("DNS", "2", "3.33")]);
    const cancelled = await staff.post(`/admin/documents/${mistaken.document.id}/cancel`, { version: mistaken.version, reason: "Not theirs" });
    kinds.cancelled = [cancelled.credit_notes[0].id, all];
    await topUp(here, home, "500");
    const settled = await owe(home, [line("Repair", "1", "100"), line("Stamps", "1", "10", { tax_class: "exempt" })]);
    const fromWallet = await staff.post(`/admin/documents/${settled.document.id}/pay-from-wallet`, {});
    kinds.untaxed = [fromWallet.credit_note.id, ["cii", "ubl"]];
    kinds.funds = [await topUp(here, await client(here, "PL", "PLN"), "100"), all];
    const abroad = await client(here, "DE", "EUR", { company_name: "Kunde GmbH", tax_id: "DE136695976" });
    await staff.post(`/admin/clients/${abroad}/vat-checks`, { tax_id: "DE136695976", valid: true, reason: "Looked up." });
    kinds.reverse = [await sell(here, abroad, [line("VPS", "1", "100")]), all];
    // Polish tax in euro needs a rate of exchange, which is asked for below.
    kinds.euro = [await topUp(here, await client(here, "PL", "EUR"), "250.50"), ["cii", "ubl"]];
    const neighbour = await client(there, "CA", "CAD");
    kinds.three = [await sell(there, neighbour, [line("VPS", "3", "0.35"), line("Setup", "1", "19.90")]), ["cii", "ubl"]];
  }, stop);

  const files = [];
  const keep = async (name, path) => {
    const answer = await staff.raw("GET", path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const file = join(folder, name);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    files.push(file);
  };
  await results.prove("each is downloaded in the formats that it names, and as a PDF", async () => {
    for (const [kind, [id, formats]] of Object.entries(kinds)) {
      const path = `/admin/documents/${id}`;
      const detail = await staff.get(path);
      equal(detail.xml_formats, formats, kind);
      if (kind === "reverse") equal(detail.tax_decision.basis, "reverse_charge", "decision");
      if (kind === "three") equal(detail.taxes.length, 3, "taxes");
      for (const format of formats) await keep(`${kind}.${format}.xml`, `${path}/xml?format=${format}`);
      await keep(`${kind}.pdf`, `${path}/pdf`);
    }
    await keep("rate.fa3.xml", `/admin/documents/${kinds.euro[0]}/xml?format=fa3&pln_rate=4.2512`);
    const refused = await staff.refused("GET", `/admin/documents/${kinds.euro[0]}/xml?format=fa3`);
    equal([refused.status, refused.code], [409, "conflict"], "FA(3) without a rate");
  }, stop);

  const found = await results.prove("the validators read them", async () => {
    const { stdout } = await run(join(venv, "bin/python"), [join(top, "e2e/einvoice/validate.py"), ...files], { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout);
  }, stop);
  for (const file of files) {
    const name = file.slice(folder.length + 1);
    await results.prove(`${name} holds`, () => equal(found[file].faults, [], "faults"));
  }
  await results.prove("a PDF carries what is downloaded", async () => {
    for (const [kind, [id]] of Object.entries(kinds)) {
      const answer = await staff.raw("GET", `/admin/documents/${id}/xml?format=cii`);
      equal(found[join(folder, `${kind}.pdf`)].xml, await answer.text(), kind);
    }
  });

  await results.prove("a validator that is given nonsense says so", async () => {
    const source = join(folder, "domestic.cii.xml");
    const wrong = join(folder, "wrong.cii.xml");
    writeFileSync(wrong, readFileSync(source, "utf8").replace(/(?<open><ram:GrandTotalAmount>)[^<]*/, "$<open>1.00"));
    const { stdout } = await run(join(venv, "bin/python"), [join(top, "e2e/einvoice/validate.py"), wrong]);
    const { faults } = JSON.parse(stdout)[wrong];
    holds(faults.some((fault) => fault.startsWith("BR-CO-15")), `faults: ${faults}`);
  });
  await results.prove("nothing was logged as an error", () => equal(panel.errors().slice(0, 10), [], "log lines"));
  await results.prove("the books are right", () => panel.verify());
});
