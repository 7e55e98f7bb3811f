// Opens every page that a link leads to, in both portals, and looks at it: does it show its content, without an error in the
// console, without a violation of WCAG 2.2 AA in either theme, and without scrolling sideways on a phone?
//
//   SCREENS_DIR=/tmp/screens node e2e/screens.mjs    also keeps a picture of each, wide and narrow, light and dark
//   HOSTWRIGHT_URL=http://localhost:8480 STAFF=mail:password CLIENT=mail:password …   looks at a running installation
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Panel, axe, browser, demoClient, holds, settled, test } from "./harness.mjs";

const pictures = process.env.SCREENS_DIR;
const pagesMax = Number(process.env.SCREENS_MAX ?? 90);
const narrow = { width: 390, height: 844 };
const wide = { width: 1440, height: 900 };

/** The same page for every id: `/admin/clients/:id`. */
const kind = (path) =>
  path
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ":id")
    .replace(/\/(shop|order)\/[a-z0-9-]+$/, "/$1/:key")
    .replace(/\/shop\/[a-z0-9-]+\/[a-z0-9-]+$/, "/shop/:group/:key")
    .replace(/\/templates\/[a-z_]+\/[a-z]+$/, "/templates/:kind/:language");

await test(async (results, own) => {
  let base = process.env.HOSTWRIGHT_URL;
  let staff = process.env.STAFF?.split(/:(.*)/s);
  let client = process.env.CLIENT?.split(/:(.*)/s);
  let panel;
  if (!base) {
    panel = own(await Panel.start({ demo: true }));
    base = panel.base;
    const admin = await panel.admin();
    const person = await demoClient(panel);
    staff = [admin.email, admin.password];
    client = [person.email, person.password];
  }
  const visits = [
    async () => {
      await look(results, own, { base, name: "visitor", from: ["/sign-in", "/register", "/forgotten", "/shop", "/admin/sign-in", "/admin/forgotten"], within: () => false });
      if (client) await look(results, own, { base, name: "client", from: ["/"], within: (path) => !path.startsWith("/admin"), signIn: ["/sign-in", ...client] });
    },
    async () => {
      if (staff) await look(results, own, { base, name: "staff", from: ["/admin"], within: (path) => path.startsWith("/admin"), signIn: ["/admin/sign-in", ...staff] });
    },
  ];
  await Promise.all(visits.map((visit) => visit()));
  if (panel) await results.prove("nothing was logged as an error", () => holds(panel.errors().length === 0, panel.errors().slice(0, 5).join("\n")));
});

/** Follows the links of one portal, a page of each kind. */
async function look(results, own, { base, name, from, within, signIn }) {
  const window = own(await browser(wide));
  const { page, complaints } = window;
  if (signIn) {
    const signedIn = await results.prove(`${name}: signs in`, () => enter(page, base, ...signIn));
    if (signedIn === undefined) return;
  }
  const queue = [...from];
  const seen = new Set(queue.map(kind));
  for (let count = 0; queue.length > 0 && count < pagesMax; count += 1) {
    const path = queue.shift();
    await results.prove(`${name}: ${kind(path)}`, async () => {
      complaints.length = 0;
      await page.setViewportSize(wide);
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(base + path);
      await settled(page);
      const faults = [];
      if ((await page.locator("h1").count()) < 1) faults.push("there is no heading");
      if (await page.getByText("This did not load").count()) faults.push("it shows that loading failed");
      faults.push(...complaints);
      faults.push(...(await axe(page)).map((violation) => `light: ${violation}`));
      await picture(page, name, path, "wide-light");
      await themed(page, "dark");
      faults.push(...(await axe(page)).map((violation) => `dark: ${violation}`));
      await picture(page, name, path, "wide-dark");
      await page.setViewportSize(narrow);
      // Drawn anew at this width.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) faults.push(`it scrolls sideways by ${over} px on a phone`);
      await picture(page, name, path, "narrow-dark");
      await themed(page, "light");
      await picture(page, name, path, "narrow-light");
      await page.setViewportSize(wide);
      const links = await page.evaluate(() =>
        [...document.querySelectorAll("a[href]")].map((link) => new URL(link.href)).filter((url) => url.origin === location.origin).map((url) => url.pathname));
      for (const link of links) {
        if (within(link) && !/^\/api\b|\/sign-out|\.(pdf|csv)$/.test(link) && !seen.has(kind(link))) {
          seen.add(kind(link));
          queue.push(link);
        }
      }
      holds(faults.length === 0, faults.join("\n"));
    });
  }
  if (signIn) await results.prove(`${name}: a portal has pages`, () => holds(seen.size >= 8, `only ${[...seen].join(", ")}`));
}

export async function enter(page, base, path, email, password) {
  await page.goto(base + path);
  await page.getByLabel(/e-?mail/i).first().fill(email);
  await page.locator("input[type=password]").first().fill(password);
  await page.locator("form button[type=submit]").first().click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
  await settled(page);
  return true;
}

/** The system turns dark or light; the page follows, and what fades has faded. */
async function themed(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction((scheme) => document.documentElement.dataset.theme === scheme, scheme);
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)));
}

async function picture(page, name, path, how) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  const file = `${name}${kind(path).replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "") || "-home"}-${how}.png`;
  await page.screenshot({ path: join(pictures, file), fullPage: true });
}
