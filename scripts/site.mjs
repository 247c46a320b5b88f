// Finishes the folder /pkg is served from: node scripts/site.mjs style/main.css target/site/pkg
// Joins the style sheets, writes VERSION (a short hash of what the browser gets) and a .br and .gz beside every file.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [sheet, pkg] = process.argv.slice(2);

/** The sheet with every `@import "sibling.css";` replaced by what it names, in order. */
const inlined = (path) =>
  readFileSync(path, "utf8").replace(/@import\s+(?:url\()?["']([^"']+)["']\)?\s*;/g, (_, name) => inlined(join(dirname(path), name)));

/** Comments and idle white space go; strings stay as they are. */
const squeezed = (css) =>
  css.replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\/\*[\s\S]*?\*\/|\s*([{};,])\s*|\s+/g, (_, text, mark) => text ?? mark ?? " ").trim();

/** Every file below the folder, wasm-bindgen's snippets too. */
const files = (folder) =>
  readdirSync(folder).sort().flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : [join(folder, name)]));

writeFileSync(join(pkg, "okla.css"), squeezed(inlined(sheet)));

const version = createHash("sha256");
for (const file of files(pkg)) {
  const bytes = readFileSync(file);
  version.update(bytes);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}
writeFileSync(join(pkg, "VERSION"), version.digest("hex").slice(0, 12));
