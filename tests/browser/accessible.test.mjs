import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { axe } from "./packages.mjs";
import { DESK, KINDS, open, PHONE, search } from "./site.mjs";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
/** Colours are measured when nothing fades any more. */
const STILL = { reducedMotion: "reduce" };

let site;
before(async () => (site = await open()));
after(() => site.close());

for (const [kind, path] of Object.entries(KINDS)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`WCAG 2.1 AA: ${kind}, ${colorScheme}, at desk and phone width`, async () => {
      const { page, close } = await site.visit(path, { colorScheme, ...STILL });
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
      await becomes(page, colorScheme);
      assert.deepEqual(await violations(page), []);
      await page.setViewportSize(PHONE);
      assert.deepEqual(await violations(page), []);
      await close();
    });
  }
}

test("WCAG 2.1 AA: the search with its results, and the phone's menu", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await site.visit("", { colorScheme, viewport: PHONE, ...STILL });
    await page.click("header label[for=__drawer]");
    assert.deepEqual(await violations(page), []);
    await page.click("label.md-overlay", { position: { x: 380, y: 400 } });
    await page.setViewportSize(DESK);
    await search(page, "OX104");
    assert.deepEqual(await violations(page), []);
    await close();
  }
});

test("the palette that somebody chooses holds on the next page, whatever the system's is", async () => {
  const { page, close } = await site.visit("bundles/1m/", STILL);
  await page.click("label[for=__palette_1]");
  await becomes(page, "light");
  await page.click("label[for=__palette_2]");
  await becomes(page, "dark");
  assert.deepEqual(await violations(page), []);
  await page.goto(`${site.home}reference/rules/`);
  await becomes(page, "dark");
  assert.deepEqual(await violations(page), []);
  await page.click("label[for=__palette_0]");
  await page.emulateMedia({ colorScheme: "dark" });
  await becomes(page, "dark");
  await close();
});

test("the picture of a cluster follows the palette and says in words what it shows", async () => {
  const { page, close } = await site.visit("bundles/1m/");
  const colours = () =>
    page.$eval("svg.oxconf-topology", (svg) => {
      const text = svg.querySelector("text");
      return [getComputedStyle(svg).backgroundColor, getComputedStyle(text).fill];
    });
  const light = await colours();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await colours();
  assert.ok(light.every((colour, index) => colour !== dark[index]), `${light} and ${dark}`);
  assert.match(await page.textContent("svg.oxconf-topology desc"), /db1/);
  await close();
});

test("the keyboard reaches the content, the palette and the search, and what it is at is seen", async () => {
  const { page, close } = await site.visit("tutorial/");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".md-skip")));
  assert.deepEqual(await page.evaluate(focused), { seen: true, marked: true });
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.closest("article") !== null));

  await page.goto(`${site.home}bundles/1m/`);
  const unseen = [];
  const reached = new Set();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => document.activeElement.id || document.activeElement.outerHTML.slice(0, 120));
    // The search opens a moment after it gets the focus.
    const settled = `(({ seen, marked }) => seen && marked)((${focused})())`;
    await page.waitForFunction(settled, null, { timeout: 2000 }).catch(() => {});
    const { seen, marked } = await page.evaluate(focused);
    reached.add(name);
    if (!seen || !marked) unseen.push(name);
  }
  assert.deepEqual(unseen, []);
  assert.ok(reached.has("__palette_0"));

  await page.keyboard.press("/");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".md-search__input")));
  await search(page, "OX104");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/reference\/rules\/OX104/);
  await close();
});

test("nothing moves for those who asked for less motion", async () => {
  const { page, close } = await site.visit("", STILL);
  await page.click("label[for=__palette_1]");
  await search(page, "OX104");
  const moving = await page.evaluate(() => document.getAnimations().map((each) => each.effect.target.outerHTML));
  assert.deepEqual(moving, []);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  await close();
});

/** Returns what axe finds, each with the elements that it is about. */
async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate(
    (values) => axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
    WCAG,
  );
  return found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    times: nodes.length,
    nodes: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`),
  }));
}

/** Waits until the page is light or dark. */
async function becomes(page, palette) {
  const scheme = { light: "default", dark: "slate" }[palette];
  await page.waitForFunction((wanted) => document.body.dataset.mdColorScheme === wanted, scheme);
}

/** Says of the element that has the focus whether it can be seen and whether it looks as if it had the focus. */
function focused() {
  // The palette's buttons stand for inputs that nobody sees.
  const active = document.activeElement;
  const shown = active.matches(".md-option") ? document.querySelector(`label:not([hidden])[for^=__palette]`) : active;
  const box = shown.getBoundingClientRect();
  const style = getComputedStyle(shown);
  const isSearching = active.closest(".md-search") && document.querySelector("#__search").checked;
  return {
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    // The search opens when it gets the focus.
    marked: active.matches(":focus-visible") && (style.outlineStyle !== "none" || isSearching),
  };
}
