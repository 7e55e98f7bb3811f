// A customer's first weeks, as a person lives them: register, confirm, complete the profile, top up, be booked, read the
// invoice, order a server, be charged, ask why, run dry, be suspended, top up again.
//
// The customer uses the pages, staff use the API beside them; what is seen on a page is compared with what the API says.
import { randomUUID } from "node:crypto";
import { Panel, browser, equal, holds, link, mail, pdfText, settled, test, until } from "./harness.mjs";

/** Ten thousandths, exactly. */
const units = (text) => {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(String(text));
  return (sign ? -1n : 1n) * (BigInt(whole) * 10_000n + BigInt(part.padEnd(4, "0")));
};
const same = (left, right) => units(left) === units(right);
/** round4(price · k / n), half away from zero, in ten thousandths. */
const upTo = (price, k, n) => (2n * price * k + n) / (2n * n);

/** What `hours` hours from `from` on cost: hourly by the base, monthly by the hours of the calendar month. */
function cost(service, from, hours) {
  const base = units(service.rate.amount);
  let sum = 0n;
  for (let hour = 0; hour < hours; hour += 1) {
    const start = new Date(from.getTime() + hour * 3_600_000);
    if (service.period === "hourly") {
      sum += base;
      continue;
    }
    const [year, month] = [start.getUTCFullYear(), start.getUTCMonth()];
    const n = BigInt((Date.UTC(year, month + 1, 1) - Date.UTC(year, month, 1)) / 3_600_000);
    const k = BigInt(Math.floor((start.getTime() - Date.UTC(year, month, 1)) / 3_600_000) + 1);
    sum += upTo(base, k, n) - upTo(base, k - 1n, n);
  }
  return sum;
}

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true }));
  const staff = await panel.admin();
  const window = own(await browser());
  const { page, complaints } = window;
  const stop = { stop: true };
  const email = `ada.${randomUUID().slice(0, 8)}@example.test`;
  const password = "nine green bottles on a wall";
  const ada = panel.caller();
  const field = (name) => page.locator(`[name="${name}"]`).first();
  const submit = () => page.locator("form button[type=submit]").first().click();
  /** Fills the sign-in page that is open. */
  const enter = async () => {
    await field("email").fill(email);
    await field("password").fill(password);
    await submit();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    await settled(page);
  };

  await results.prove("a visitor registers", async () => {
    await page.goto(`${panel.base}/register`);
    await settled(page);
    await field("first_name").fill("Ada");
    await field("last_name").fill("Nowicka");
    await field("email").fill(email);
    await field("password").fill(password);
    await field("country").selectOption("PL");
    await field("currency").selectOption("EUR");
    await field("terms_accepted").check();
    await submit();
    await page.getByText(email).first().waitFor();
  }, stop);

  await results.prove("the mailed link confirms the address", async () => {
    const letter = await mail(email, /confirm/i);
    holds(letter.html.includes("<"), "the letter has an HTML body");
    await page.goto(link(letter, /https?:\/\/\S*\/confirm\?token=[^\s"'<>)]+/));
    await page.getByRole("link", { name: /sign in/i }).first().waitFor();
  }, stop);

  let client;
  await results.prove("she signs in", async () => {
    await page.goto(`${panel.base}/sign-in`);
    await enter();
    await ada.signIn("client", email, password);
    const session = await ada.get("/auth/session");
    client = session.clients[0].id;
  }, stop);

  await results.prove("she completes the profile", async () => {
    await page.goto(`${panel.base}/profile`);
    await settled(page);
    await field("billing_address.line1").fill("ul. Długa 7");
    await field("billing_address.city").fill("Warszawa");
    await field("billing_address.postcode").fill("00-238");
    await submit();
    await until("the profile is complete", async () => (await ada.get(`/clients/${client}/profile`)).is_complete);
  }, stop);

  let proforma;
  await results.prove("she tops up 100.00 EUR net: VAT 23 %, total 123.00", async () => {
    const quote = await ada.post(`/clients/${client}/funds/quote`, { amount: "100.00" });
    holds(same(quote.tax.amount, "23") && same(quote.total.amount, "123"), `quote: ${JSON.stringify(quote)}`);
    await page.goto(`${panel.base}/funds`);
    await settled(page);
    await field("amount").fill("100.00");
    await page.getByText(/123[.,]00/).first().waitFor();
    await submit();
    proforma = await until("a proforma was issued", async () =>
      (await ada.get(`/clients/${client}/documents?kind=proforma`)).items[0]);
    holds(same(proforma.total.amount, "123"), `proforma: ${JSON.stringify(proforma)}`);
    await page.getByText(proforma.number).first().waitFor();
  }, stop);

  let invoice;
  await results.prove("staff book the bank transfer; the invoice is issued", async () => {
    invoice = await book(panel, staff, proforma.id, "123.00");
    holds(invoice?.number, "an invoice with a number");
    const wallet = await balance(panel, client);
    holds(same(wallet, "100"), `balance ${wallet}`);
    await mail(email, /invoice/i);
  }, stop);

  await results.prove("the invoice PDF reads: number, both parties, VAT 23.00, total 123.00", async () => {
    await page.goto(`${panel.base}/documents/${invoice.id}`);
    await settled(page);
    const download = page.waitForEvent("download");
    await page.locator("a[download]").first().click();
    const { createReadStream } = await import("node:fs");
    const chunks = [];
    for await (const chunk of createReadStream(await (await download).path())) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = pdfText(bytes);
    const detail = await ada.get(`/clients/${client}/documents/${invoice.id}`);
    for (const expected of [invoice.number, "Nowicka", detail.seller.name]) holds(text.includes(expected), `the PDF says ${expected}:\n${text}`);
    for (const amount of [/\b100[.,]00\b/, /\b23[.,]00\b/, /\b123[.,]00\b/, /23([.,]0+)? ?%/]) holds(amount.test(text), `the PDF says ${amount}:\n${text}`);
    const again = await ada.get(`/clients/${client}/documents/${invoice.id}/pdf`);
    holds(Buffer.compare(bytes, again) === 0, "the PDF is the same each time");
  });

  let service;
  await results.prove("she orders an hourly VPS", async () => {
    const item = await hourlyServer(ada);
    await page.goto(`${panel.base}/shop`);
    await settled(page);
    await page.getByText(item.name).first().waitFor();
    await page.goto(`${panel.base}/order/${item.key}`);
    await settled(page);
    await page.locator("label.choice").filter({ hasText: new RegExp(item.period, "i") }).first().click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await field("items.0.label").fill("First server");
    await page.getByRole("button", { name: "Deploy" }).click();
    service = await until("the service is there", async () => (await ada.get(`/clients/${client}/services`)).items[0]);
    await until("staff are asked to deliver it", async () => {
      const detail = await ada.get(`/clients/${client}/services/${service.id}`);
      return detail.service.state === "provisioning";
    });
  }, stop);

  let activated;
  await results.prove("staff mark it delivered; it is active and its first hour is charged", async () => {
    const task = await until("the task", async () =>
      (await staff.get(`/admin/tasks?search=${service.id}&manual=true&per_page=5`)).items.find((task) => task.manual && task.service_id === service.id)
        ?? (await panel.sql(`SELECT id FROM tasks WHERE service_id = '${service.id}' AND manual AND state = 'processing'`))[0]);
    await staff.post(`/admin/tasks/${task.id}/done`, {});
    const detail = await until("it is active", async () => {
      const now = await ada.get(`/clients/${client}/services/${service.id}`);
      return now.service.state === "active" ? now : undefined;
    });
    service = detail.service;
    activated = new Date(service.activated_at);
    const left = await balance(panel, client);
    const setup = units(detail.price.total.setup?.amount ?? "0");
    equal(String(units("100") - setup - cost(service, activated, 1)), String(units(left)), "the balance after the first hour");
  }, stop);

  await results.prove("three hours pass: charged to four decimals, and explained", async () => {
    const before = units(await balance(panel, client));
    await staff.moveClock(3);
    const three = cost(service, new Date(activated.getTime() + 3_600_000), 3);
    await until("three hours are charged", async () => units(await balance(panel, client)) === before - three);
    const { items } = await ada.get(`/clients/${client}/transactions?kind=charge`);
    holds(items.length >= 2, "the charges are among the transactions");
    const why = await ada.get(`/clients/${client}/transactions/${items[0].id}`);
    holds(JSON.stringify(why).includes(service.id), `why names the service: ${JSON.stringify(why)}`);
    await page.goto(`${panel.base}/transactions`);
    await settled(page);
    await page.getByRole("button", { name: /why/i }).first().click();
    await page.getByText(service.label).first().waitFor();
  });

  await results.prove("the wallet runs dry: suspended and told so", async () => {
    const left = units(await balance(panel, client));
    // An hour of a long month costs less than one of a short month.
    let hours = 24;
    while (cost(service, new Date(activated.getTime() + 4 * 3_600_000), hours) <= left) hours += 24;
    await staff.moveClock(hours);
    // Weeks have passed: everybody signs in again.
    await staff.signIn("admin", staff.email, staff.password);
    await ada.signIn("client", email, password);
    await until("it is suspended", async () =>
      (await ada.get(`/clients/${client}/services/${service.id}`)).service.state === "suspended", 90, 500);
    const detail = await ada.get(`/clients/${client}/services/${service.id}`);
    equal(detail.service.suspension_reason, "insufficient_funds", "the reason");
    holds(units(await balance(panel, client)) >= 0n, "the balance is not below zero");
    await mail(email, /suspend/i, 60);
    await page.goto(`${panel.base}/services/${service.id}`);
    await page.waitForURL((url) => url.pathname === "/sign-in");
    await enter();
    await page.getByText(/suspended/i).first().waitFor();
  });

  await results.prove("a second top-up resumes it at once", async () => {
    const second = await ada.post(`/clients/${client}/funds/proformas`, { amount: "50.00" });
    await book(panel, staff, (second.document ?? second).id, (second.document ?? second).total.amount);
    await until("it is active again", async () =>
      (await ada.get(`/clients/${client}/services/${service.id}`)).service.state === "active", 15, 200);
    await mail(email, /resum|active again|running again/i, 60);
  });

  await results.prove("the books are right", () => panel.verify());
  await results.prove("the pages complained of nothing", () => equal(complaints, [], "complaints"));
  await results.prove("nothing was logged as an error", () => equal(panel.errors().slice(0, 5), [], "log lines"));
});

async function balance(panel, client) {
  return (await panel.sql(`SELECT balance::text FROM wallets WHERE client_id = '${client}'`))[0].balance;
}

/** Books a bank transfer for the whole document, as staff do; gives the invoice. */
async function book(panel, staff, document, amount) {
  const [gateway] = await panel.sql(
    `SELECT g.id FROM gateways g JOIN documents d ON d.company_id = g.company_id WHERE d.id = '${document}' AND g.module = 'bank_transfer' LIMIT 1`,
  );
  holds(gateway, "the seller takes bank transfers");
  const booked = await staff.post(`/admin/documents/${document}/payments`, {
    gateway_id: gateway.id, amount, external_id: `transfer-${randomUUID()}`,
  });
  return booked.invoice;
}

/** The dearest server that is charged by the hour. */
async function hourlyServer(caller) {
  const { groups } = await caller.get("/public/catalog?currency=EUR");
  const found = groups.flatMap((group) => group.products)
    .flatMap((product) => product.prices.map((price) => ({ product, price })))
    .filter(({ product, price }) => product.key.startsWith("vps") && (price.period === "hourly" || (price.period === "monthly" && product.hourly_billing)))
    .sort((left, right) => Number(right.price.hourly?.amount ?? 0) - Number(left.price.hourly?.amount ?? 0))[0];
  holds(found, "the catalogue has an hourly server");
  return { name: found.product.text.name, key: found.product.key, period: found.price.period };
}
