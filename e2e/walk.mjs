// A customer's first weeks, as a person lives them: register, confirm, complete the profile, top up, be booked, read the
// invoice, order a server, be charged, ask why, run dry, be suspended, top up again.
//
// Both sit before a browser: the customer before the client portal, staff before theirs. API and SQL only check what the
// pages did, and the charges are computed here once more, from the price and the calendar.
import { randomUUID } from "node:crypto";
import { Panel, browser, equal, holds, link, mail, pdfText, settled, test, until } from "./harness.mjs";

/** Ten thousandths, exactly. */
const units = (text) => {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(String(text));
  return (sign ? -1n : 1n) * (BigInt(whole) * 10_000n + BigInt(part.padEnd(4, "0")));
};
const same = (left, right) => units(left) === units(right);
/** An amount as it stands on a page: `−€0.0807`. */
const shown = (text) => units(text.replaceAll("\u2212", "-").replace(/[^\d.-]/g, ""));
/** round4(price · k / n), half away from zero, in ten thousandths. */
const upTo = (price, k, n) => (2n * price * k + n) / (2n * n);

const hour = 3_600_000;
/** The place of an hour in its month: hour k of n. */
function placed(start) {
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth()];
  const first = Date.UTC(year, month, 1);
  return { k: BigInt(Math.floor((start.getTime() - first) / hour) + 1), n: BigInt((Date.UTC(year, month + 1, 1) - first) / hour) };
}

/** What `hours` hours from `from` on cost at `price` a month. */
function cost(price, from, hours) {
  let sum = 0n;
  for (let count = 0; count < hours; count += 1) {
    const { k, n } = placed(new Date(from.getTime() + count * hour));
    sum += upTo(price, k, n) - upTo(price, k - 1n, n);
  }
  return sum;
}

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true }));
  const staff = await panel.admin();
  const window = own(await browser());
  const { page, complaints } = window;
  const desk = own(await browser());
  const office = desk.page;
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

  /** Opens a page of the staff portal; signs in when the session is over. */
  const staffOpen = async (path) => {
    await office.goto(panel.base + path);
    await settled(office);
    if (new URL(office.url()).pathname !== "/admin/sign-in") return;
    await office.locator('[name="email"]').fill(staff.email);
    await office.locator('[name="password"]').fill(staff.password);
    await office.locator("form button[type=submit]").first().click();
    await office.waitForURL((url) => url.pathname !== "/admin/sign-in");
    await settled(office);
  };
  /** Books a bank transfer for the whole document, as staff do: found by its number, "Add payment". */
  const book = async (number) => {
    await staffOpen("/admin/documents");
    await office.getByRole("searchbox").first().fill(number);
    await office.getByRole("link", { name: number, exact: true }).click();
    await office.getByRole("button", { name: "Add payment" }).click();
    const dialog = office.locator("dialog[open]");
    await dialog.locator('[name="external_id"]').fill(`transfer-${randomUUID()}`);
    const bank = await dialog.locator('[name="gateway_id"] option').filter({ hasText: /bank/i }).first().getAttribute("value");
    await dialog.locator('[name="gateway_id"]').selectOption(bank);
    await dialog.getByRole("button", { name: "Add payment" }).click();
    const booked = office.getByText("The payment is booked.").first();
    const confirm = office.getByRole("dialog", { name: "Confirm your password" });
    await booked.or(confirm).first().waitFor();
    if (await confirm.isVisible()) {
      await confirm.locator('[name="password"]').fill(staff.password);
      await confirm.getByRole("button", { name: "Confirm", exact: true }).click();
    }
    await booked.waitFor();
  };
  const now = async () => Date.parse((await ada.get("/public/clock")).now);
  /** Moves the installation's clock on the page of the settings: "+1 hour", "+30 days". */
  const pass = async (button, hours) => {
    await staffOpen("/admin/settings");
    const before = await now();
    await office.getByRole("button", { name: button, exact: true }).click();
    await until("the clock is moved", async () => (await now()) >= before + hours * hour);
  };
  /** Adds funds on the page of the client; gives the proforma, whose payment page is then open. */
  const addFunds = async (amount, total) => {
    const known = (await ada.get(`/clients/${client}/documents?kind=proforma`)).total;
    await page.goto(`${panel.base}/funds`);
    await settled(page);
    await field("amount").fill(amount);
    await page.getByText(total).first().waitFor();
    await submit();
    const issued = await until("a proforma was issued", async () => {
      const { items, total: count } = await ada.get(`/clients/${client}/documents?kind=proforma&sort=-created_at`);
      return count > known && items[0];
    });
    await page.getByText(issued.number).first().waitFor();
    return issued;
  };
  let client;

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
    proforma = await addFunds("100.00", /123[.,]00/);
    holds(same(proforma.total.amount, "123"), `proforma: ${JSON.stringify(proforma)}`);
  }, stop);

  let invoice;
  await results.prove("staff book the bank transfer; the invoice is issued", async () => {
    await book(proforma.number);
    invoice = (await ada.get(`/clients/${client}/documents?kind=invoice`)).items[0];
    holds(invoice?.number, "an invoice with a number");
    await office.getByRole("link", { name: invoice.number }).first().waitFor();
    // Her payment page is still open, and notices by itself.
    await page.getByText("Paid. Thank you!").first().waitFor();
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

  await results.prove("the list of her documents is saved as CSV: these documents and no other list", async () => {
    await page.goto(`${panel.base}/documents`);
    await settled(page);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    const file = await download;
    equal(file.suggestedFilename(), "documents.csv", "the name of the file");
    const { readFile } = await import("node:fs/promises");
    const text = await readFile(await file.path(), "utf8");
    holds(text.startsWith("\ufeff"), "it says that it is UTF-8");
    const [head, ...rows] = text.slice(1).trimEnd().split("\r\n");
    holds(head.split(",").includes("number"), `columns: ${head}`);
    equal(rows.length, (await ada.get(`/clients/${client}/documents`)).total, "rows");
    for (const number of [proforma.number, invoice.number]) holds(text.includes(`,${number},`), `${number} is in it:\n${text}`);
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
    await page.getByText("Accept version 1 of the terms.").first().waitFor();
    await field("terms_version").check();
    await page.getByRole("button", { name: "Deploy" }).click();
    service = await until("the service is there", async () => (await ada.get(`/clients/${client}/services`)).items[0]);
    await until("staff are asked to deliver it", async () => {
      const detail = await ada.get(`/clients/${client}/services/${service.id}`);
      return detail.service.state === "provisioning";
    });
  }, stop);

  let activated;
  let price;
  let setup;
  await results.prove("staff mark it delivered; it is active and its first hour is charged", async () => {
    await staffOpen("/admin/tasks?manual=true&state=processing");
    const task = office.getByRole("row").filter({ hasText: "Ada Nowicka" });
    await task.getByRole("button", { name: "Mark done" }).click();
    await office.locator("dialog[open]").getByRole("button", { name: "Mark done" }).click();
    await office.getByText("Marked as done").first().waitFor();
    const detail = await until("it is active", async () => {
      const now = await ada.get(`/clients/${client}/services/${service.id}`);
      return now.service.state === "active" ? now : undefined;
    });
    service = detail.service;
    activated = new Date(service.activated_at);
    setup = units(detail.price.total.setup?.amount ?? "0");
    price = units(detail.price.total.base.amount);
    const left = await balance(panel, client);
    equal(String(units("100") - setup - cost(price, activated, 1)), String(units(left)), "the balance after the first hour");
  }, stop);

  /** Opens the "why?" of a row and gives its dialog. */
  const why = async (row) => {
    await row.getByRole("button", { name: /why/i }).click();
    await page.waitForURL(/[?&]why=/);
    const dialog = page.locator("dialog[open]");
    await dialog.getByText("Together").waitFor();
    return dialog;
  };
  const unwhy = async () => {
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("why"));
  };
  /** The amounts that stand at the right of lines. */
  const figures = async (lines) => (await lines.locator("> li > .num").allTextContents()).map(shown);

  await results.prove("three hours pass: the charges are there, exact, and each says why", async () => {
    for (let count = 0; count < 3; count += 1) await pass("+1 hour", 1);
    const left = units("100") - setup - cost(price, activated, 4);
    await until("three hours are charged", async () => units(await balance(panel, client)) === left);
    await page.goto(`${panel.base}/transactions`);
    await settled(page);
    await page.getByRole("button", { name: "Charge", exact: true }).click();
    await page.getByRole("button", { name: "When" }).click();
    const rows = page.locator("table.table tbody tr");
    await rows.first().getByText(/^(Setup|Service started)/).waitFor();
    let running = units("100");
    let hours = 0;
    let fees = 0n;
    for (const row of await rows.all()) {
      const [amount, after] = (await row.locator("td.end").allTextContents()).slice(0, 2).map(shown);
      running += amount;
      equal(String(after), String(running), "the balance after a row");
      const dialog = await why(row);
      const sum = await dialog.locator("section").first().locator("> div").last().innerText();
      equal(String(shown(sum.replace("Together", ""))), String(amount), "the sum of the why");
      const charges = dialog.locator("li", { has: page.locator(".mono") });
      if ((await charges.count()) === 0) {
        // A fee: the price rows that it is made of.
        const parts = await figures(dialog.locator("section ul").first());
        equal(String(parts.reduce((all, part) => all + part, 0n)), String(amount), "the rows of the fee");
        fees -= amount;
      }
      let explained = 0n;
      for (const charge of await charges.all()) {
        await charge.getByRole("link", { name: service.label }).waitFor();
        const said = (await charge.locator(".mono").innerText()).replaceAll("\u00a0", " ");
        const found = /^([\d.]+) × (\d+)\/(\d+) − ([\d.]+) × (\d+)\/(\d+) = ([\d.]+) EUR$/.exec(said);
        holds(found, `the arithmetic reads: ${said}`);
        const [, whole, last, n, again, before, all, result] = found;
        const start = placed(new Date(activated.getTime() + hours * hour));
        equal([units(whole), units(again)].map(String), [price, price].map(String), "the price");
        equal([before, n, all], [start.k - 1n, start.n, start.n].map(String), `hours of the month in: ${said}`);
        const made = upTo(price, BigInt(last), start.n) - upTo(price, start.k - 1n, start.n);
        equal(String(units(result)), String(made), `the amount of: ${said}`);
        await charge.getByText(`hours ${start.k}–${last} of ${n}`).waitFor();
        // The product's row and those of its options make the price.
        const parts = await figures(charge.locator("ul"));
        equal(String(parts.reduce((all, part) => all + part, 0n)), String(price), "the rows of the price");
        explained += made;
        hours += Number(BigInt(last) - start.k + 1n);
      }
      if ((await charges.count()) > 0) equal(String(explained), String(-amount), "the charges of the transaction");
      await unwhy();
    }
    equal([String(fees), hours], [String(setup), 4], "the setup and the hours that were charged");
    equal(String(running), String(left), "the balance on the page, to four decimals");
    equal(String(units(await balance(panel, client))), String(running), "the balance that is stored");
  });

  await results.prove("a countdown goes by the installation's clock, and goes on while it is looked at", async () => {
    // A browser of its own, whose clock is put forward instead of waiting.
    const watching = await browser();
    try {
      await watching.page.clock.install();
      await watching.page.goto(`${panel.base}/sign-in?next=/services/${service.id}`);
      await watching.page.locator('[name="email"]').fill(email);
      await watching.page.locator('[name="password"]').fill(password);
      await watching.page.locator("form button[type=submit]").first().click();
      const next = watching.page.locator("section.stat b").first();
      await next.waitFor();
      const left = await next.innerText();
      holds(/^(any moment|in \d+ min)$/.test(left), `it was moved by hours; the next charge is ${left}`);
      await watching.page.clock.fastForward(3_600_000);
      await until("an hour later it is due", async () => (await next.innerText()) === "any moment", 10, 100);
      equal(watching.complaints, [], "complaints");
    } finally {
      await watching.stop();
    }
  });

  await results.prove("the wallet runs dry: suspended and told so", async () => {
    const left = units(await balance(panel, client));
    let months = 1;
    while (cost(price, new Date(activated.getTime() + 4 * hour), months * 720) <= left) months += 1;
    for (let moved = 0; moved < months; moved += 1) await pass("+30 days", 720);
    // Weeks have passed: everybody signs in again.
    await ada.signIn("client", email, password);
    await until("it is suspended", async () =>
      (await ada.get(`/clients/${client}/services/${service.id}`)).service.state === "suspended", 90, 500);
    const detail = await ada.get(`/clients/${client}/services/${service.id}`);
    equal(detail.service.suspension_reason, "insufficient_funds", "the reason");
    holds(units(await balance(panel, client)) >= 0n, "the balance is not below zero");
    await mail(email, / was suspended$/, 60);
    await page.goto(`${panel.base}/services/${service.id}`);
    await page.waitForURL((url) => url.pathname === "/sign-in");
    await enter();
    await page.getByText(/suspended/i).first().waitFor();
  });

  await results.prove("a second top-up resumes it at once", async () => {
    const second = await addFunds("50.00", /61[.,]50/);
    await book(second.number);
    await until("it is active again", async () =>
      (await ada.get(`/clients/${client}/services/${service.id}`)).service.state === "active", 15, 200);
    await page.goto(`${panel.base}/services/${service.id}`);
    await page.getByText("Active", { exact: true }).first().waitFor();
    await mail(email, / works again$/, 60);
  });

  await results.prove("the books are right", () => panel.verify());
  await results.prove("the pages complained of nothing", () => equal([...complaints, ...desk.complaints], [], "complaints"));
  await results.prove("nothing was logged as an error", () => equal(panel.errors().slice(0, 5), [], "log lines"));
});

async function balance(panel, client) {
  return (await panel.sql(`SELECT balance::text FROM wallets WHERE client_id = '${client}'`))[0].balance;
}

/** The dearest server whose month is charged by the hour. */
async function hourlyServer(caller) {
  const { groups } = await caller.get("/public/catalog?currency=EUR");
  const found = groups.flatMap((group) => group.products)
    .flatMap((product) => product.prices.map((price) => ({ product, price })))
    .filter(({ product, price }) => product.key.startsWith("vps") && price.period === "monthly" && product.hourly_billing)
    .sort((left, right) => Number(right.price.hourly?.amount ?? 0) - Number(left.price.hourly?.amount ?? 0))[0];
  holds(found, "the catalogue has an hourly server");
  return { name: found.product.text.name, key: found.product.key, period: found.price.period };
}
