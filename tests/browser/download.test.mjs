import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";

import { open, pages } from "./site.mjs";

const digest = (bytes) => createHash("sha256").update(gunzipSync(bytes)).digest("hex");

let site;
before(async () => (site = await open()));
after(() => site.close());

test("every archive has the digest that stands beside its link", async () => {
  const deployments = pages().filter((path) => /^bundles\/[^/]+\/$/.test(path));
  assert.ok(deployments.length >= 6, `${deployments}`);
  for (const path of deployments) {
    const { page, close } = await site.visit(path);
    const rows = await archives(page);
    assert.ok(rows.length > 0, path);
    for (const { link, sum } of rows) {
      const response = await fetch(link);
      assert.equal(digest(Buffer.from(await response.arrayBuffer())), sum, link);
    }
    await close();
  }
});

test("a click on an archive saves it", async () => {
  const { page, close } = await site.visit("bundles/1m/");
  const [{ link, sum }] = await archives(page);
  const name = link.split("/").at(-1);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`a:has-text("${name}")`)]);
  assert.equal(download.suggestedFilename(), name);
  assert.equal(digest(await readFile(await download.path())), sum);
  await close();
});

/** Returns link and digest of each row of the table of archives. */
function archives(page) {
  return page.$$eval("article tr:has(a[href$='.tar.gz'])", (rows) =>
    rows.map((row) => ({ link: row.querySelector("a").href, sum: row.querySelector("code").textContent })),
  );
}
