// Keeps of Tabler, its icons and htmx what our pages use. Called by assets.py with the folder to write to.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "lightningcss";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const sources = import.meta.dirname;
const root = join(sources, "../../..");
const packages = join(root, "node_modules");
const built = process.argv[2];

// Ways to ask for a dark page that we do not use; each triples the selectors of the one that we do.
const UNUSED_THEME = /data-bs-navbar-theme|\[data-theme|\.theme-dark|body\[data-bs-theme/;

function dropUnusedThemes(sheet) {
  sheet.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !UNUSED_THEME.test(selector));
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
}

// "auto" follows the device without a script: the dark rules once more, for the screen of a dark device.
function addAutoTheme(sheet) {
  const dark = [];
  sheet.walkRules(/\[data-bs-theme=["']?dark["']?\]/, (rule) => {
    if (rule.parent.type !== "root") return;
    const copy = rule.clone();
    copy.selectors = rule.selectors
      .filter((selector) => selector.includes("data-bs-theme"))
      .map((selector) => selector.replace(/\[data-bs-theme=["']?dark["']?\]/, "[data-bs-theme=auto]"));
    dark.push(copy);
  });
  sheet.append(postcss.atRule({ name: "media", params: "screen and (prefers-color-scheme: dark)", nodes: dark }));
}

async function purge(css) {
  const templates = ["jinja2", "templates"].map((folder) => join(root, "tallyhub/*", folder, "**/*.html"));
  const [result] = await new PurgeCSS().purge({
    content: [...templates, join(sources, "hub.js")],
    css: [{ raw: css }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    keyframes: true,
    safelist: { standard: [/^tone-/, /^alert-/, /^htmx-/], greedy: [/data-bs-theme/, /:root/] },
    variables: true,
  });
  return result.css;
}

async function makeStyle() {
  const tabler = readFileSync(join(packages, "@tabler/core/dist/css/tabler.css"), "utf8");
  const hub = readFileSync(join(sources, "hub.css"), "utf8");
  const sheet = postcss.parse(`${tabler}\n${hub}`);
  sheet.walkComments((comment) => comment.remove());
  dropUnusedThemes(sheet);
  addAutoTheme(sheet);
  const { code } = transform({ filename: "hub.css", code: Buffer.from(await purge(sheet.toString())), minify: true });
  writeFileSync(join(built, "hub.css"), `/*! Tabler, MIT licence, tabler.io */${code}`);
}

const DRAWN = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

function symbol(name) {
  const path = join(packages, "@tabler/icons/icons/outline", `${name}.svg`);
  const shapes = readFileSync(path, "utf8").match(/<(path|circle|rect|line)\b[^>]*\/>/g);
  const visible = shapes.filter((shape) => !shape.includes('stroke="none"')).map((shape) => shape.replace(/\s+/g, " "));
  return `<symbol id="${name}" ${DRAWN}>${visible.join("")}</symbol>`;
}

function makeSprite() {
  const names = readFileSync(join(sources, "icons.txt"), "utf8").split("\n").filter(Boolean);
  writeFileSync(join(built, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>\n`);
}

mkdirSync(built, { recursive: true });
await makeStyle();
makeSprite();
cpSync(join(packages, "htmx.org/dist/htmx.min.js"), join(built, "htmx.min.js"));
for (const name of ["hub.js", "mark.svg"]) cpSync(join(sources, name), join(built, name));
