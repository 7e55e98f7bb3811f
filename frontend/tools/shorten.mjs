// What a program and its glue call each other is long, and full of hashes that no compression shortens: it stands in both.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const wasmOpt = fileURLToPath(new URL("../../node_modules/.bin/wasm-opt", import.meta.url));
// What the compiler and wasm-bindgen use.
const features = [
  "bulk-memory",
  "nontrapping-float-to-int",
  "sign-ext",
  "mutable-globals",
  "reference-types",
  "multivalue",
];

// Optimises a program for size. Its imports and exports get short names, which are told.
const optimise = (program) => {
  const wanted = features.map((feature) => `--enable-${feature}`);
  // A fourth round brings nothing.
  const passes = ["-Oz", "-Oz", "-Oz", "--minify-imports-and-exports-and-modules"];
  const said = execFileSync(wasmOpt, [...wanted, ...passes, program, "-o", program], { encoding: "utf8" });
  const { imports, exports } = JSON.parse(said);
  return {
    modules: [...new Set(imports.map(([module]) => module))],
    imports: new Map(imports.map(([, name, short]) => [name, short])),
    exports: new Map(exports),
  };
};

// Gives the glue of a program the names that `optimise` told.
const renamed = (source, { modules, imports, exports }, program) => {
  const unknown = new Set(imports.keys());
  const keys = source.replace(/^(\s+)([\w$]+)(?=: )/gm, (all, space, name) => {
    unknown.delete(name);
    return imports.has(name) ? space + imports.get(name) : all;
  });
  if (unknown.size > 0) throw new Error(`The glue of ${program} does not bring ${[...unknown].join(", ")}`);
  const [module, ...others] = modules;
  if (others.length > 0 || !keys.includes(`"${module}"`)) throw new Error(`${program} imports of ${modules.join(", ")}`);
  const short = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(program)))[0].module;
  return keys
    .replaceAll(`"${module}"`, JSON.stringify(short))
    .replace(/(?<=\bwasm\.)[\w$]+/g, (name) => exports.get(name) ?? name);
};

// Shortens a program and the glue beside it, in place.
export const shorten = (program, glue) => {
  const names = optimise(program);
  const source = renamed(readFileSync(glue, "utf8"), names, program);
  writeFileSync(glue, transformSync(source, { minify: true, format: "esm" }).code);
};
