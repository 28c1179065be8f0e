import assert from "node:assert/strict";
import { test } from "node:test";
import { logPage } from "../../../src/protocol/logPage";

const page = logPage({
  source: "https://webview.test",
  script: "https://webview.test/dist/log.js",
  styles: { log: "https://webview.test/log.css", icons: "https://webview.test/codicon.css" },
  title: 'A & B <"C">',
  language: "en",
});

test("the page allows nothing but the extension's own files", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  assert.equal(
    policy,
    "default-src 'none'; script-src https://webview.test; style-src https://webview.test; font-src https://webview.test",
  );
});

test("the page has no inline script, no inline style and no handler attribute", () => {
  assert.deepEqual(page.match(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/g), null);
});

test("texts are escaped", () => {
  assert.ok(page.includes("<title>A &amp; B &lt;&quot;C&quot;></title>"));
});
