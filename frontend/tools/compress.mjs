// After the pages are built: the program is made small, and a `.br` put beside each file that shrinks by it.
import { brotliCompressSync, constants } from "node:zlib";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { shorten } from "./shorten.mjs";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("TRUNK_STAGING_DIR is not set: call this through Trunk");
const quality = process.env.TRUNK_PROFILE === "debug" ? 4 : 11;
const portal = process.env.TRUNK_HTML_FILE?.endsWith("staff.html") ? "staff" : "client";
const budget = { client: 630, staff: 900 }[portal] * 1024;
const shrinks = new Set([".html", ".js", ".css", ".wasm", ".svg", ".json"]);

const walk = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
const squeeze = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      // What suits the programs best of all that was tried.
      [constants.BROTLI_PARAM_LGBLOCK]: 17,
      [constants.BROTLI_PARAM_NPOSTFIX]: 1,
      [constants.BROTLI_PARAM_NDIRECT]: 16,
    },
  });

if (quality === 11) {
  const program = readdirSync(staging).find((name) => name.endsWith("_bg.wasm"));
  shorten(join(staging, program), join(staging, program.replace("_bg.wasm", ".js")));
}

// A visitor loads one portal's program and styles, and the texts of one language: the largest counts.
let total = 0;
for (const path of walk(staging).filter((path) => shrinks.has(extname(path)))) {
  const small = squeeze(readFileSync(path));
  writeFileSync(`${path}.br`, small);
  if (!path.includes("/texts/")) total += small.length;
}
const texts = new URL(`../../target/pages/texts/${portal === "staff" ? "staff/" : ""}`, import.meta.url);
const languages = readdirSync(texts).filter((name) => extname(name) === ".json");
total += Math.max(...languages.map((name) => squeeze(readFileSync(new URL(name, texts))).length));
console.log(`${portal} portal: ${Math.round(total / 1024)} KiB as brotli, the largest language included`);
if (quality === 11 && total > budget) {
  const outgrown = `The ${portal} portal outgrew its budget of ${budget / 1024} KiB.`;
  // Tests fail by it; otherwise a bigger download is worse than a small one, and better than none.
  if (process.env.CI) throw new Error(outgrown);
  console.warn(outgrown);
}
