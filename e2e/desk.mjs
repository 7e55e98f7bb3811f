// What staff lean on while they work: what somebody types is not lost, what cannot be taken back is asked for by name, and
// pages lead to each other.
import { Panel, browser, equal, holds, settled, test, until } from "./harness.mjs";

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true }));
  const staff = await panel.admin();
  const window = own(await browser());
  const { page, complaints } = window;
  const stop = { stop: true };
  const field = (name) => page.locator(`[name="${name}"]`).first();
  const save = (name) => page.locator(`form:has([name="${name}"]) button[type=submit]`).first();
  const dialog = page.locator("dialog[open]");
  const submit = dialog.locator("button[type=submit]");
  const go = async (path) => {
    await page.goto(panel.base + path);
    await settled(page);
  };
  const one = async (path) => (await staff.get(path)).items[0];
  /** Ids of elements of the page that another has too. */
  const twice = () => page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  });
  // What the browser asks, and how the person answers.
  let asked = 0;
  let leave = false;
  page.on("dialog", (question) => {
    if (question.type() !== "beforeunload") asked += 1;
    return leave || question.type() === "beforeunload" ? question.accept() : question.dismiss();
  });
  /** How often the browser asked while `work` was done; waits for as many as are wanted, and for the page that was not left. */
  const questions = async (work, wanted) => {
    const there = page.url();
    asked = 0;
    await work();
    if (wanted > 0) {
      await until("a question", () => asked >= wanted, 10, 20);
      await page.waitForFunction((there) => location.href === there, there);
    }
    // The page has had its turn.
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    return asked;
  };
  const signIn = async (page) => {
    await page.goto(`${panel.base}/admin/sign-in`);
    await page.locator('[name="email"]').first().fill(staff.email);
    await page.locator('[name="password"]').first().fill(staff.password);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.pathname.endsWith("sign-in"));
    await settled(page);
  };

  await results.prove("staff sign in", () => signIn(page), stop);

  await results.prove("the dashboard's new figures leave open what is open", async () => {
    // A browser of its own, whose clock is put forward instead of waiting.
    const watching = await browser();
    try {
      await watching.page.clock.install();
      await signIn(watching.page);
      const table = watching.page.locator("details.chart-table").first();
      await table.locator("summary").click();
      const element = await table.elementHandle();
      const figures = watching.page.waitForResponse((answer) => answer.url().endsWith("/admin/dashboard"), { timeout: 60_000 });
      await watching.page.clock.fastForward(60_000);
      await figures;
      await settled(watching.page);
      holds(await element.evaluate((details) => details.isConnected && details.open), "the chart's table is open");
      equal(watching.complaints, [], "complaints");
    } finally {
      await watching.stop();
    }
  });

  await results.prove("saving one card of a client leaves the other as it is", async () => {
    const client = await one("/admin/clients?status=active&per_page=1");
    await go(`/admin/clients/${client.id}/profile`);
    await field("company_name").fill("Not saved yet");
    await field("line2").fill("Second floor");
    await save("line2").click();
    await settled(page);
    equal(await field("company_name").inputValue(), "Not saved yet", "the other card");
    await save("company_name").click();
    await settled(page);
    equal((await staff.get(`/admin/clients/${client.id}`)).company_name, "Not saved yet", "saved");
  });

  await results.prove("saving a product's prices leaves its fields as they are", async () => {
    const product = (await staff.get("/admin/products?per_page=20")).items.find((product) => product.prices > 0);
    await go(`/admin/products/${product.id}`);
    equal(await twice(), [], "ids");
    await field("notes").fill("Not saved yet");
    await field("prices.0.base").fill("77");
    await save("prices.0.base").click();
    await settled(page);
    equal(await field("notes").inputValue(), "Not saved yet", "the notes");
    await save("notes").click();
    await settled(page);
    equal((await staff.get(`/admin/products/${product.id}`)).product.notes, "Not saved yet", "saved");
    await field("prices.0.base").fill("-5");
    await save("prices.0.base").click();
    await page.locator("td .field-error").first().waitFor();
    await page.locator('form:has([name="prices.0.base"]) tbody button').first().click();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
  });

  await results.prove("saving leaves the focus where it was", async () => {
    const client = await one("/admin/clients?status=active&per_page=1");
    await go(`/admin/clients/${client.id}/profile`);
    await field("line2").fill("Third floor");
    await page.keyboard.press("Enter");
    await settled(page);
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "line2");
  });

  await results.prove("an e-mail is written on the client's page and stands among its messages", async () => {
    const client = await one("/admin/clients?status=active&per_page=1");
    await go(`/admin/clients/${client.id}/messages`);
    await page.locator('.page-actions [aria-haspopup="menu"]').click();
    await page.getByRole("menuitem", { name: "Send e-mail" }).click();
    await field("subject").fill("About tonight");
    await submit.click();
    await dialog.locator(".field-error").first().waitFor();
    await field("text").fill("Your server moves.\n\nNothing changes.");
    await submit.click();
    await dialog.waitFor({ state: "hidden" });
    await page.locator("tbody tr", { hasText: "staff_message" }).first().waitFor();
    equal((await one(`/admin/notifications?client_id=${client.id}&per_page=1`)).event, "staff_message", "the newest");
  });

  await results.prove("a filter of the log begins at the newest entries again", async () => {
    const { next } = await staff.get("/admin/activity?per_page=5");
    await go(`/admin/activity?after=${encodeURIComponent(next)}`);
    await page.locator(".table-bar select").first().selectOption({ index: 1 });
    await page.waitForURL((url) => url.searchParams.has("level"));
    holds(!page.url().includes("after="), page.url());
  });

  await results.prove("a link that opens beside the page asks nothing", async () => {
    await go("/admin/products/new");
    await field("key").fill("half-a-product");
    const beside = window.context.waitForEvent("page");
    equal(await questions(async () => {
      await page.locator('.shell-side a[href="/admin/users"]').click({ modifiers: ["ControlOrMeta"] });
      await (await beside).close();
    }, 0), 0, "questions");
    leave = true;
    await go("/admin");
    leave = false;
  });

  await results.prove("forms on one page have fields of their own", async () => {
    for (const path of ["/admin/scheduler", `/admin/companies/${(await one("/admin/companies?per_page=1")).id}/invoices`,
      `/admin/option-groups/${(await one("/admin/option-groups?per_page=1")).id}`,
      `/admin/attribute-groups/${(await one("/admin/attribute-groups?per_page=1")).id}`]) {
      await go(path);
      holds((await page.locator("form [name]").count()) > 0, `${path} has no form`);
      equal(await twice(), [], path);
    }
  });

  await results.prove("what was typed is not left without a question", async () => {
    await go("/admin/products");
    await page.getByRole("link", { name: "Add product" }).first().click();
    await field("key").fill("half-a-product");
    const here = `${panel.base}/admin/products/new`;
    equal(await questions(() => page.locator('.shell-side a[href="/admin/users"]').click(), 1), 1, "by a link");
    equal(await questions(() => page.evaluate(() => history.back()), 1), 1, "by the browser's button");
    equal(await questions(async () => {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("scheduler");
      await page.keyboard.press("Enter");
    }, 1), 1, "by the palette");
    equal(page.url(), here, "the page");
    equal(await field("key").inputValue(), "half-a-product", "what was typed");
    leave = true;
    await page.locator('.shell-side a[href="/admin/users"]').click();
    await page.waitForURL((url) => url.pathname === "/admin/users");
    leave = false;
  });

  await results.prove("a dialog over a list keeps its page; beyond the last page there is a way back", async () => {
    await go("/admin/tasks?page=2");
    await page.locator("tbody button.link").first().click();
    await dialog.waitFor();
    holds(/page=2/.test(page.url()) && /task=/.test(page.url()), page.url());
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => url.search === "?page=2");
    await go("/admin/tasks?page=9999");
    await page.locator(".empty").getByRole("button").click();
    await page.locator("tbody tr").first().waitFor();
  });

  await results.prove("the head of a list stays in sight", async () => {
    await go("/admin/transactions?per_page=50");
    await page.evaluate(() => scrollTo(0, 900));
    const edge = (selector, side) =>
      page.locator(selector).first().evaluate((element, side) => Math.round(element.getBoundingClientRect()[side]), side);
    equal(await edge(".shell-top", "top"), 0, "the top bar stays");
    equal(await edge("thead th", "top"), await edge(".shell-top", "bottom"), "below the top bar");
  });

  await results.prove("the palette asks once for a word", async () => {
    await go("/admin");
    let calls = 0;
    page.on("request", (request) => (calls += /admin\/clients\?/.test(request.url()) ? 1 : 0));
    const answered = page.waitForResponse((answer) => /admin\/clients\?.*hosting/.test(answer.url()));
    await page.keyboard.press("Control+k");
    await page.waitForFunction(() => document.activeElement.tagName === "INPUT");
    // By the page's own clock: however busy the machine is, no letter comes late.
    await page.evaluate(async () => {
      const input = document.activeElement;
      for (const letter of "hosting") {
        input.value += letter;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise((passed) => setTimeout(passed, 40));
      }
    });
    await answered;
    await settled(page);
    equal(calls, 1, "questions to the server");
    await page.keyboard.press("Escape");
  });

  await results.prove("what cannot be taken back asks for the name", async () => {
    const unpaid = await one("/admin/documents?status=unpaid&per_page=1");
    await go(`/admin/documents/${unpaid.id}`);
    await page.locator(".page-actions .btn-danger").click();
    holds(await submit.isDisabled(), "cancelling waits for the number");
    await dialog.locator("input").fill(unpaid.number);
    holds(await submit.isEnabled(), "cancelling is open");
    equal(await questions(async () => {
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }, 0), 0, "questions about the number");
    const group = await one("/admin/product-groups?per_page=1");
    await go(`/admin/product-groups/${group.id}`);
    await page.getByRole("button", { name: "Actions" }).first().click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    holds(await submit.isDisabled(), "deleting waits for the name");
    await page.keyboard.press("Escape");
    // The focus is at the menu again.
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-haspopup") === "menu");
    const service = await one("/admin/services?state=active&per_page=1");
    await go(`/admin/services/${service.id}`);
    await page.getByRole("button", { name: "Actions" }).first().click();
    await page.getByRole("menuitem", { name: /terminate/i }).click();
    holds(await submit.isDisabled(), "terminating waits for the name");
  });

  await results.prove("a menu entry is marked, its groups and the columns stay as they were put", async () => {
    await go("/admin/services/new");
    equal(await page.locator('.shell-side [aria-current="page"]').count(), 1, "marked entries");
    await go("/admin/documents");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Net" }).click();
    await page.locator(".shell-side .side-title").first().click();
    await go("/admin/documents");
    equal(await page.getByRole("columnheader", { name: "Net" }).count(), 1, "the column");
    equal(await page.locator('.side-title[aria-expanded="false"]').count(), 1, "folded groups");
  });

  await results.prove("a record leads to the operation behind it", async () => {
    const group = await one("/admin/product-groups?per_page=1");
    await go(`/admin/product-groups/${group.id}`);
    const href = await page.locator('a[href^="/api/docs/#/"]').first().getAttribute("href");
    await page.goto(panel.base + href);
    // The page draws every operation first.
    await page.locator(".opblock.is-open").first().waitFor({ timeout: 60_000 });
    equal(href, "/api/docs/#/catalog/getProductGroup", "the address");
  });

  await results.prove("a tab is marked on the pages below it", async () => {
    const company = await one("/admin/companies?per_page=1");
    await go(`/admin/companies/${company.id}/templates/invoice/en`);
    const marked = page.locator('.tabs [aria-current="page"]');
    equal(await marked.getAttribute("href"), `/admin/companies/${company.id}/templates`, "the tab");
  });

  await results.prove("a menu is used by keys alone", async () => {
    await go("/admin/documents");
    await page.getByRole("button", { name: "Columns" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.classList.contains("menu-item"));
    await page.keyboard.press("End");
    holds(await page.locator(".menu-item").last().evaluate((item) => item === document.activeElement), "the last entry has the focus");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-haspopup") === "menu");
    equal(await page.locator(".menu-list").count(), 0, "open menus");
  });

  await results.prove("on a phone no table cuts off a menu", async () => {
    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await go("/admin/currencies");
    await page.locator("tbody").getByRole("button", { name: "Actions" }).last().click();
    await page.locator(".menu-list").waitFor();
    const last = await page.locator(".menu-item").last().evaluate((item) => {
      const { x, y, width, height } = item.getBoundingClientRect();
      return { x, right: x + width, seen: document.elementFromPoint(x + width / 2, y + height / 2)?.closest(".menu-item") === item };
    });
    holds(last.x >= 0 && last.right <= 390 && last.seen, JSON.stringify(last));
    await page.keyboard.press("Escape");
    await page.setViewportSize(size);
  });

  await results.prove("the palette finds services", async () => {
    const service = await one("/admin/services?per_page=1");
    await go("/admin");
    await page.keyboard.press("Control+k");
    await page.keyboard.type(service.label);
    await page.locator(".palette li", { hasText: service.client_name }).first().waitFor();
    await page.keyboard.press("Escape");
  });

  await results.prove("a dialog begins at its first field", async () => {
    const client = await one("/admin/clients?status=active&per_page=1");
    await go(`/admin/clients/${client.id}`);
    await page.locator(".page-actions").getByRole("button", { name: "Add funds" }).click();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "amount");
    await page.keyboard.press("Escape");
  });

  await results.prove("a client is created with the owner's mail address, and a fault stands at its field", async () => {
    await go("/admin/clients/new");
    await field("email").fill("nobody");
    await field("company_name").fill("Brzoza sp. z o.o.");
    await field("billing_address.country").selectOption("PL");
    const create = page.locator("form button[type=submit]").first();
    await field("email").evaluate((input) => input.setAttribute("type", "text"));
    await create.click();
    await page.locator('[name="email"][aria-invalid="true"]').waitFor();
    await field("email").fill("office@brzoza.example");
    await create.click();
    await page.waitForURL(/\/admin\/clients\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: "Brzoza sp. z o.o." }).first().waitFor();
    const made = await one("/admin/clients?search=brzoza");
    equal([made.name, new URL(page.url()).pathname], ["Brzoza sp. z o.o.", `/admin/clients/${made.id}`], "the client");
  });

  await results.prove("an order for a client says what it costs before it is placed", async () => {
    const client = await one("/admin/clients?status=active&currency=EUR&per_page=1");
    const { items } = await staff.get("/admin/products?per_page=200&retired=false&sort=sort");
    const product = items.find((product) => product.module === "manual" && product.prices > 0);
    await go(`/admin/services/new?client=${client.id}`);
    await field("product").selectOption(product.id);
    await page.getByRole("heading", { name: "What it costs" }).waitFor();
    await page.getByText("To pay at once").waitFor();
  });

  await results.prove("a list that hides its arrows leads to where they are", async () => {
    await go("/admin/products?q=a");
    equal(await page.locator("td .drag-handle").count(), 0, "handles in a part of the list");
    await page.getByRole("link", { name: "To move rows, show them all in their own order" }).click();
    await page.waitForURL((url) => url.searchParams.get("per_page") === "200" && !url.searchParams.has("q"));
    await settled(page);
    const { total } = await staff.get("/admin/products?per_page=1");
    equal(await page.locator("td .drag-handle").count(), total, "handles of the whole list");
  });

  await results.prove("the trail of a service stands on its page", async () => {
    const service = await one("/admin/services?state=active&per_page=1");
    await go(`/admin/services/${service.id}`);
    await page.getByRole("heading", { name: "History", exact: true }).waitFor();
    await page.getByRole("heading", { name: "Charges per day" }).waitFor();
  });

  await results.prove("a list shows as many rows as are asked for, and its address says so", async () => {
    await go("/admin/transactions");
    for (const rows of ["10", "25", "50", "100"]) {
      await page.getByRole("combobox", { name: "Per page" }).selectOption(rows);
      await page.waitForFunction((rows) => document.querySelectorAll("tbody tr").length === Number(rows), rows);
      equal(new URL(page.url()).searchParams.get("per_page") ?? "25", rows, "the address");
    }
    await page.reload();
    await settled(page);
    equal(await page.locator("tbody tr").count(), 100, "rows after loading the address again");
  });

  await results.prove("a schedule is changed, explained in words, run at once and put back", async () => {
    await go("/admin/scheduler");
    const card = page.locator(".card:has([name=cron])").first();
    const cron = card.locator('[name="cron"]');
    const before = await cron.inputValue();
    await cron.fill("99 * * * *");
    await card.locator("button[type=submit]").click();
    await card.locator('[name="cron"][aria-invalid="true"]').waitFor();
    await cron.fill("*/7 * * * *");
    await card.getByText(/7 minutes/).first().waitFor();
    await card.locator("button[type=submit]").click();
    await page.getByText("Saved", { exact: true }).first().waitFor();
    const changed = async () => (await staff.get("/admin/schedules")).filter((task) => task.cron !== task.default_cron);
    equal((await changed()).map((task) => task.cron), ["*/7 * * * *"], "changed");
    await card.getByRole("button", { name: "Run now" }).click();
    await page.getByText("It is on its way.").first().waitFor();
    await card.getByRole("button", { name: "Reset" }).click();
    await until("it is as before", async () => (await changed()).length === 0);
    await until("the field shows it", async () => (await cron.inputValue()) === before);
  });

  await results.prove("a module has a tab of its own in the scheduler", async () => {
    await go("/admin/scheduler");
    const cards = page.locator(".card:has([name=cron]):visible");
    await page.getByRole("button", { name: "Manual delivery", exact: true }).click();
    const brought = (await staff.get("/admin/schedules")).filter((task) => task.module?.key === "manual");
    holds(brought.length > 0, "the module brings nothing");
    await until("only its tasks are shown", async () => (await cards.count()) === brought.length);
    await cards.getByText(brought[0].texts.en.title, { exact: true }).waitFor();
    equal(new URL(page.url()).searchParams.get("category"), "module.manual", "the tab is in the address");
  });

  await results.prove("the scheduler says that its news did not come", async () => {
    await go("/admin/scheduler");
    const problem = {
      type: "/problems/conflict", title: "Not possible in the present state", status: 409, detail: "Nobody answers now.",
      instance: "asked-by-a-test", code: "conflict", fields: [],
    };
    const asked = "**/api/v1/admin/schedules";
    await page.route(asked, (route) =>
      route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(problem) }));
    await page.getByText("Nobody answers now.").waitFor({ timeout: 40_000 });
    holds((await page.locator(".card:has([name=cron])").count()) > 0, "the cards stay");
    await page.unroute(asked);
  });

  await results.prove("the tester says which tax rule holds for a client", async () => {
    const client = (await staff.get("/admin/clients?status=active&per_page=50")).items.find((client) => client.country === "PL");
    const told = await staff.post("/admin/tax-rules/test", { client_id: client.id });
    await go("/admin/tax-rules");
    const tester = page.locator('form:has([name="client_id"])').first();
    await tester.locator('[name="search"]').fill(client.name);
    await tester.locator(`[name="client_id"] option[value="${client.id}"]`).waitFor({ state: "attached" });
    await tester.locator('[name="client_id"]').selectOption(client.id);
    await tester.getByRole("button", { name: "Test" }).click();
    holds(told.rates.length > 0, "a client in the seller's country bears tax");
    const said = page.locator(".card", { has: tester }).getByText(told.sentence);
    await said.first().waitFor();
    await tester.locator('[name="on"]').fill("2020-01-01");
    await until("what was said of another day is gone", async () => (await said.count()) === 0, 5, 50);
  });

  await results.prove("an unpaid proforma is cancelled with a reason", async () => {
    const unpaid = await one("/admin/documents?kind=proforma&status=unpaid&per_page=1");
    await go(`/admin/documents/${unpaid.id}`);
    await page.getByRole("button", { name: "Cancel document" }).first().click();
    await dialog.locator('[name="reason"]').fill("Ordered twice");
    await dialog.locator("input").fill(unpaid.number);
    await dialog.getByRole("button", { name: "Cancel document" }).click();
    await until("it is cancelled", async () => (await staff.get(`/admin/documents/${unpaid.id}`)).document.status === "cancelled");
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
  });

  await results.prove("a task is cancelled in words of its own, after a question", async () => {
    const control = async () => (await staff.get("/admin/automation/status")).queues.find((queue) => queue.queue === "mail").control;
    await staff.put("/admin/queues/mail", { ...(await control()), paused: true });
    try {
      await panel.caller().post("/auth/admin/password/forgotten", { email: staff.email });
      const task = await until("a letter waits", async () => {
        const { items } = await staff.get("/admin/tasks?queue=mail&sort=-created_at&per_page=5");
        return items.find((task) => ["queued", "pending"].includes(task.state));
      });
      const state = async () => (await staff.get(`/admin/tasks/${task.id}`)).task.state;
      await go(`/admin/tasks?task=${task.id}`);
      const cancel = page.getByRole("button", { name: "Cancel task", exact: true });
      const question = page.getByRole("dialog", { name: "Cancel task" });
      await cancel.click();
      await question.getByRole("button", { name: "Cancel", exact: true }).click();
      await question.waitFor({ state: "detached" });
      holds((await state()) !== "cancelled", "it is not cancelled before the answer");
      await cancel.click();
      await question.getByRole("button", { name: "Cancel task", exact: true }).click();
      await until("it is cancelled", async () => (await state()) === "cancelled");
      await page.keyboard.press("Escape");
    } finally {
      await staff.put("/admin/queues/mail", { ...(await control()), paused: false });
    }
  });

  await results.prove("a search of two words is typed with a pause between them", async () => {
    await go("/admin/clients");
    const search = page.getByRole("searchbox").first();
    await search.pressSequentially("anna ");
    await page.waitForURL((url) => url.searchParams.get("q") === "anna");
    await settled(page);
    await search.pressSequentially("nowak");
    equal(await search.inputValue(), "anna nowak", "the field");
  });

  await results.prove("the select of a filter follows the browser's buttons", async () => {
    await go("/admin/documents");
    const status = page.getByRole("combobox", { name: "Status", exact: true });
    await status.selectOption("paid");
    await page.waitForURL((url) => url.searchParams.get("status") === "paid");
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has("status"));
    await until("it says all", async () => (await status.inputValue()) === "", 5, 50);
  });

  await results.prove("what waits for money is paid in part or not at all", async () => {
    await go("/admin/documents?open=true");
    const { total } = await staff.get("/admin/documents?open=true&per_page=1");
    const of = async (status) => (await staff.get(`/admin/documents?status=${status}&per_page=1`)).total;
    equal(total, (await of("unpaid")) + (await of("partially_paid")), "documents");
    equal(await page.getByRole("combobox", { name: "To be paid" }).inputValue(), "true", "the filter");
  });

  await results.prove("documents are narrowed to a client that is picked, by name, and shown all again", async () => {
    const { client_id: id, client_name: name } = await one("/admin/documents?per_page=1");
    const { total } = await staff.get(`/admin/documents?client=${id}&per_page=1`);
    const links = page.locator('tbody a[href^="/admin/clients/"]');
    const clients = () => links.evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("href")))]);
    await go("/admin/documents?page=2");
    await page.getByRole("button", { name: "Client: choose…" }).click();
    await dialog.locator('[name="search"]').fill(name);
    await dialog.locator(`[name="client"] option[value="${id}"]`).waitFor({ state: "attached" });
    await dialog.locator('[name="client"]').selectOption(id);
    await submit.click();
    await page.waitForURL((url) => url.search === `?client=${id}`);
    await dialog.waitFor({ state: "hidden" });
    await settled(page);
    equal(await clients(), [`/admin/clients/${id}`], "clients in the list");
    equal(await page.locator("tbody tr").count(), Math.min(total, 25), "rows");
    // The address alone brings the name too.
    await page.reload();
    await settled(page);
    await page.locator(".table-bar").getByRole("button", { name: `Client ${name}` }).click();
    await page.waitForURL((url) => !url.searchParams.has("client"));
    await until("all clients are there", async () => (await clients()).length > 1, 5, 50);
  });

  await results.prove("an answer that was under way does not put back what an act has changed", async () => {
    const service = await one("/admin/services?state=active&per_page=1");
    await go(`/admin/services/${service.id}`);
    let release;
    const released = new Promise((done) => (release = done));
    let held = false;
    await page.route(`**/api/v1/admin/services/${service.id}`, async (route) => {
      const response = await route.fetch();
      held = true;
      await released;
      await route.fulfill({ response });
    }, { times: 1 });
    try {
      // The page asks again four times a minute.
      await until("the page asks again", () => held, 40, 100);
      await page.getByRole("button", { name: "Actions" }).first().click();
      await page.getByRole("menuitem", { name: "Change the label" }).click();
      await dialog.locator('[name="label"]').fill("Renamed meanwhile");
      await submit.click();
      await page.getByRole("heading", { name: "Renamed meanwhile" }).first().waitFor();
    } finally {
      release();
    }
    await settled(page);
    equal(await page.getByRole("heading", { name: "Renamed meanwhile" }).count(), 1, "headings with the new name");
  });

  await results.prove("a pasted amount keeps its size", async () => {
    const client = await one("/admin/clients?status=active&per_page=1");
    await go(`/admin/clients/${client.id}`);
    await page.locator(".page-actions").getByRole("button", { name: "Add funds" }).click();
    const amount = dialog.locator('[name="amount"]');
    await amount.fill("1.234,56");
    await amount.blur();
    holds(/^1234(\.56)?$/.test(await amount.inputValue()), await amount.inputValue());
    leave = true;
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    leave = false;
  });

  await results.prove("a draft whose line was removed is not left without a question", async () => {
    await go("/admin/documents/new");
    await page.getByRole("button", { name: "Add line" }).click();
    await page.getByRole("button", { name: "Remove line 2" }).click();
    equal(await questions(() => page.locator(".side-brand").click(), 1), 1, "questions");
  });

  await results.prove("another language does not empty a registration without a question", async () => {
    leave = true;
    await go("/register");
    leave = false;
    await field("first_name").fill("Ada");
    await page.getByRole("button", { name: /^Language/ }).click();
    equal(await questions(() => page.locator(".menu-item", { hasText: "Polski" }).click(), 1), 1, "questions");
    equal(await field("first_name").inputValue(), "Ada", "what was typed");
    await page.reload();
    await settled(page);
  });

  await results.prove("an id is copied where a browser offers no clipboard", async () => {
    await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    const service = await one("/admin/services?per_page=1");
    await go(`/admin/services/${service.id}`);
    const id = page.locator('button[title="Copy"]').first();
    await id.click();
    await id.getByText("Copied").waitFor({ state: "attached" });
  });

  await results.prove("the pages complained of nothing", () => equal(complaints, [], "complaints"));
});
