import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENGLISH } from "../../../media/strings";
import { HALT_TEXT, REASON_TEXT } from "../../../src/model/reasons";
import { ROOT, sayingsIn } from "./sayings";

type Texts = Record<string, string>;

function read(file: string): Texts {
  return JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Texts;
}

const sayings = sayingsIn("src/host");
const english = new Set([
  ...sayings.flatMap(({ text }) => (text === null ? [] : [text])),
  ...Object.values(REASON_TEXT),
  ...Object.values(HALT_TEXT),
]);
const holes = (text: string) => [...new Set(text.match(/\{\d\}/g) ?? [])].sort();
const LANGUAGES = ["ko"];

test("a text is written out where it is said, or comes from a table of the model", () => {
  const other = sayings
    .filter(({ text, source }) => text === null && !/^(REASON|HALT)_TEXT\[/.test(source))
    .map(({ file, source }) => `${file}: ${source}`);
  assert.deepEqual(other, []);
});

test("every text gets exactly the values that it has holes for", () => {
  const wrong = sayings
    .filter(({ text, values }) => text !== null && holes(text).length !== values)
    .map(({ file, text, values }) => `${file}: ${text} with ${values}`);
  assert.deepEqual(wrong, []);
});

test("the editor shows no text that was not said", () => {
  // Messages of the editor's own windows must go through say().
  const direct =
    /show(?:Information|Warning|Error)Message\(\s*["'`]|placeHolder:\s*["'`](?!Contact Sync|ada@)|prompt:\s*["'`]/;
  const files = readdirSync(join(ROOT, "src/host"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => direct.test(readFileSync(join(ROOT, "src/host", file), "utf8")));
  assert.deepEqual(files, []);
});

for (const language of LANGUAGES) {
  test(`${language}: the extension's texts are complete and have the same holes`, () => {
    assertComplete([...english], read(`l10n/bundle.l10n.${language}.json`), (key) => key);
  });

  test(`${language}: the log panel's texts are complete and have the same holes`, () => {
    const texts = ENGLISH as Texts;
    assertComplete(Object.keys(ENGLISH), read(`l10n/log.${language}.json`), (key) => texts[key]!);
  });

  test(`${language}: the manifest's texts are complete and lead to the same commands`, () => {
    const texts = read("package.nls.json");
    const translated = read(`package.nls.${language}.json`);
    assertComplete(Object.keys(texts), translated, (key) => texts[key]!);
    const links = (text: string) => text.match(/\]\(command:[\w.]+\)/g) ?? [];
    for (const [key, text] of Object.entries(texts)) {
      assert.deepEqual(links(translated[key] ?? ""), links(text), key);
    }
  });
}

function assertComplete(
  keys: readonly string[],
  translated: Texts,
  textOf: (key: string) => string,
): void {
  const missing = keys.filter((key) => !translated[key]?.trim());
  const needless = Object.keys(translated).filter((key) => !keys.includes(key));
  const torn = keys.filter(
    (key) => holes(translated[key] ?? "").join() !== holes(textOf(key)).join(),
  );
  assert.deepEqual({ missing, needless, torn }, { missing: [], needless: [], torn: [] });
}

test("every %key% of the manifest has a text, and no text is left over", () => {
  const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
  const used = new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!));
  assert.deepEqual([...used].sort(), Object.keys(read("package.nls.json")).sort());
});
