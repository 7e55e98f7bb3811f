// Before the pages are built: styles, fonts and the texts of all languages into target/pages/.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(top, "target", "pages");
const modules = join(top, "node_modules");

if (!existsSync(join(modules, ".bin", "tailwindcss"))) {
  console.error("The front-end tools are missing. Run `npm ci` in the top folder, then build again.");
  process.exit(1);
}

mkdirSync(join(out, "fonts"), { recursive: true });
for (const subset of ["latin", "latin-ext", "cyrillic", "cyrillic-ext"]) {
  copyFileSync(
    join(modules, "@fontsource-variable/inter/files", `inter-${subset}-wght-normal.woff2`),
    join(out, "fonts", `inter-5.3-${subset}.woff2`),
  );
}
execFileSync(
  join(modules, ".bin", "tailwindcss"),
  ["--input", join(top, "frontend/styles/app.css"), "--output", join(out, "app.css"), "--minify"],
  { stdio: ["ignore", "ignore", "inherit"], cwd: top },
);
// What the pages are compiled with is not meant for this program. It has the pages' profile: builds of the server, which
// has others, may run beside it.
const { RUSTC_BOOTSTRAP: _, ...env } = process.env;
execFileSync("cargo", ["run", "--quiet", "--locked", "--package", "texts", "--profile", "wasm", "--", join(out, "texts")], {
  stdio: ["ignore", "ignore", "inherit"],
  cwd: top,
  env,
});
