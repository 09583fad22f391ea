import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, pages, PHONE } from "./site.mjs";

let site;
before(async () => (site = await open()));
after(() => site.close());

test("every page loads from its own origin alone, finds all it asks for, and is no wider than a phone", async () => {
  const complaints = [];
  const paths = pages();
  assert.ok(paths.length > 100, `${paths.length} pages`);
  const profile = await site.fresh({ viewport: PHONE });
  await together(3, paths, async (path) => {
    const { page, complaints: own, close } = await site.visit(path, {}, profile);
    await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
    complaints.push(...own, ...(await tooWide(page, path)));
    await close();
  });
  assert.deepEqual(complaints, []);
});

test("a page that is not there has the site's looks and leads back into it", async () => {
  const { page, complaints, close } = await site.visit("nothing/of/that/name/");
  const status = (each) => each.endsWith(`404 for ${page.url()}`) || each.includes("console: Failed to load resource");
  assert.deepEqual(complaints.filter((each) => !status(each)), []);
  assert.ok(complaints.some(status));
  await page.click("nav.md-tabs >> text=Tutorial");
  assert.equal(page.url(), `${site.home}tutorial/`);
  assert.match(await page.textContent("h1"), /\w/);
  await close();
});

test("a request to elsewhere and a missing file would be noticed", async () => {
  const { page, complaints, close } = await site.visit("");
  const failed = page.waitForEvent("requestfailed");
  const answered = page.waitForResponse(/nothing\.png/);
  await page.setContent('<img src="http://elsewhere.invalid/a.png"><img src="nothing.png">');
  await Promise.all([failed, answered]);
  assert.ok(complaints.includes(": asks for http://elsewhere.invalid/a.png"));
  assert.ok(complaints.some((each) => each.startsWith(": 404 for ")));
  await close();
});

/** Returns the elements that make a page wider than its window; what scrolls inside of its own frame does not. */
async function tooWide(page, path) {
  const found = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const scrolled = (each) => each.closest(".md-typeset__scrollwrap, pre, [role=region]");
    return [...document.querySelectorAll("article *")]
      .filter((each) => each.getBoundingClientRect().right > root.clientWidth && !scrolled(each))
      .map((each) => each.outerHTML.slice(0, 100))
      .slice(0, 3)
      .concat(`${root.scrollWidth} px in a window of ${root.clientWidth}`);
  });
  return found.length > 0 ? [`${path}: too wide: ${found.join("\n")}`] : [];
}

async function together(workers, items, work) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (queue.length) await work(queue.shift());
    }),
  );
}
