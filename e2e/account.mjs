// What keeps an account a person's own, in both portals: a forgotten password, an authenticator app, the second step of a
// sign-in, recovery codes, a new password.
import { createHmac } from "node:crypto";
import { Panel, browser, demoClient, equal, holds, link, mail, mails, settled, test, until } from "./harness.mjs";

/** Which code an authenticator app shows now; the ones beside it are taken, too. */
const present = () => Math.floor(Date.now() / 30_000);

/** What an authenticator app shows: RFC 6238 with SHA-1, six digits, thirty seconds. */
function totp(secret, count) {
  const bits = [...secret.replace(/[\s=]/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(count));
  const mac = createHmac("sha1", key).update(step).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await test(async (results, own) => {
  const panel = own(await Panel.start({ demo: true }));
  const clerk = await panel.admin({ email: "clerk@provider.test" });
  const client = await demoClient(panel);
  const people = [
    {
      name: "client", email: client.email, password: client.password, signIn: "/sign-in", forgotten: "/forgotten",
      methods: "/security/verification", twoFactor: "/security/two-factor", newPassword: "/security/password",
      list: "/documents?status=unpaid", sessions: "/security/sessions",
    },
    {
      name: "staff", email: clerk.email, password: clerk.password, signIn: "/admin/sign-in", forgotten: "/admin/forgotten",
      methods: "/admin/account/security", twoFactor: "/admin/account/security", newPassword: "/admin/account/security",
      list: "/admin/documents?overdue=true", sessions: "/admin/account/sessions",
    },
  ];
  for (const person of people) await keepsHisAccount(results, own, panel, person);
});

async function keepsHisAccount(results, own, panel, person) {
  const { page, context, complaints } = own(await browser());
  const stop = { stop: true };
  const go = async (path) => {
    await page.goto(panel.base + path);
    await settled(page);
  };
  const field = (name) => page.locator(`[name="${name}"]`).first();
  const formOf = (name) => page.locator(`form:has([name="${name}"])`).first();
  const submit = (name) => formOf(name).locator("button[type=submit]").click();
  const dialog = page.locator("dialog[open]");
  /** Waits for `what`; gives the password when it is asked for first. */
  const after = async (what) => {
    const confirm = page.getByRole("dialog", { name: "Confirm your password" });
    await what.or(confirm).first().waitFor();
    if (await confirm.isVisible()) {
      await confirm.locator('[name="password"]').fill(person.password);
      await confirm.getByRole("button", { name: "Confirm", exact: true }).click();
    }
    await what.first().waitFor();
  };
  /** A code of the app. Each works once, and none before one that was used. */
  let used = 0;
  const code = async () => {
    used = Math.max(used + 1, present() - 1);
    await until("the next code", () => present() >= used - 1, 40, 500);
    return totp(person.secret, used);
  };
  const introduce = async () => {
    await field("email").fill(person.email);
    await field("password").fill(person.password);
    await submit("password");
  };
  const enter = async () => {
    await go(person.signIn);
    await introduce();
  };
  const inside = () => page.waitForURL((url) => !/sign-in$/.test(url.pathname));
  const signOut = () => context.clearCookies();

  await results.prove(`${person.name}: a forgotten password is replaced by the link of a letter`, async () => {
    await go(person.forgotten);
    await field("email").fill(person.email);
    await submit("email");
    // Letters of other installations may be there.
    const way = await until("the letter with the link", async () => {
      const letter = (await mails(person.email)).findLast((letter) => letter.subject === "Reset your password");
      const way = letter && link(letter, /https?:\/\/[^\s"'<>)]+token=[^\s"'<>)]+/);
      return way?.startsWith(panel.base) && way;
    });
    await page.goto(way);
    await settled(page);
    person.password = `three tall ships of ${person.name}`;
    await field("password").fill(person.password);
    await field("repeated").fill("something else entirely");
    await submit("password");
    await formOf("password").getByText(/match/i).first().waitFor();
    await field("repeated").fill(person.password);
    await submit("password");
    await page.getByText("Your password is changed. Sign in with it.").waitFor();
    await enter();
    await inside();
  }, stop);

  await results.prove(`${person.name}: signing in leads to the page that was asked for, with its filters`, async () => {
    await signOut();
    await go(person.list);
    await introduce();
    await page.waitForURL((url) => url.pathname + url.search === person.list);
  }, stop);

  await results.prove(`${person.name}: an authenticator app is added and verified`, async () => {
    await go(person.methods);
    await page.getByRole("button", { name: "Add an app" }).click();
    await dialog.locator('[name="name"]').fill("Telephone");
    await dialog.locator("button[type=submit]").click();
    const qr = page.locator("dialog[open] .qr svg");
    await after(qr);
    person.secret = await dialog.locator("button.mono span").first().innerText();
    const number = dialog.locator('[name="code"]');
    await number.fill("000000");
    await dialog.locator("button[type=submit]").click();
    await dialog.getByText("The code is wrong or was used already").first().waitFor();
    await number.fill(await code());
    await dialog.locator("button[type=submit]").click();
    await page.getByText("Verified.").first().waitFor();
    await page.locator("li", { hasText: "Telephone" }).first().waitFor();
  }, stop);

  let recovery;
  await results.prove(`${person.name}: two-factor sign-in is turned on, and the recovery codes are shown once`, async () => {
    await go(person.twoFactor);
    await field("code").fill(await code());
    await submit("factor");
    await after(dialog.locator("li.mono"));
    recovery = await dialog.locator("li.mono").allInnerTexts();
    equal(new Set(recovery).size, 10, "codes");
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await go(person.twoFactor);
    equal(await page.getByText(recovery[0]).count(), 0, "codes on the page");
  }, stop);

  await results.prove(`${person.name}: a sign-in asks for the second step`, async () => {
    await signOut();
    await enter();
    await page.getByText("Enter the code from your authenticator app.").waitFor();
    await field("code").fill("123456");
    await submit("code");
    await page.locator('[name="code"][aria-invalid="true"]').or(page.getByRole("alert")).first().waitFor();
    await field("code").fill(await code());
    await submit("code");
    await inside();
    await signOut();
    await enter();
    await field("code").fill("123456");
    // The session that waits for the second step is over meanwhile.
    await signOut();
    await submit("code");
    await page.getByText(/^The sign-in is over/).first().waitFor();
    await enter();
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await field("code").fill(recovery[0]);
    await submit("code");
    await inside();
    await signOut();
    await enter();
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await field("code").fill(recovery[0]);
    await submit("code");
    await page.locator('[name="code"][aria-invalid="true"]').or(page.getByRole("alert")).first().waitFor();
    holds(/sign-in$/.test(new URL(page.url()).pathname), "a used recovery code opens nothing");
    await field("code").fill(recovery[1]);
    await submit("code");
    await inside();
  });

  await results.prove(`${person.name}: a new password wants the present one and a code`, async () => {
    await go(person.newPassword);
    const wanted = `four tall ships of ${person.name}`;
    const change = async (now, code) => {
      const form = formOf("current_password");
      await form.locator('[name="current_password"]').fill(now);
      await form.locator('[name="password"]').fill(wanted);
      await form.locator('[name="again"]').fill(wanted);
      await form.locator('[name="code"]').fill(code);
      await form.locator("button[type=submit]").click();
    };
    await change("not my password", recovery[2]);
    await page.locator('[name="current_password"][aria-invalid="true"]').waitFor();
    await change(person.password, await code());
    await page.getByText(/^The new password counts/).first().waitFor();
    person.password = wanted;
    await mail(person.email, /^Your password was changed$/);
  });

  await results.prove(`${person.name}: other browsers are signed out after a question`, async () => {
    await go(person.sessions);
    const end = page.getByRole("button", { name: "End all others" }).first();
    const said = page.getByText(/^Sessions ended: /);
    await end.click();
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    equal(await said.count(), 0, "ended before the answer");
    await end.click();
    await dialog.getByRole("button", { name: "End all others" }).click();
    await after(said);
  });

  await results.prove(`${person.name}: the pages complained of nothing`, () => equal(complaints, [], "complaints"));
}
