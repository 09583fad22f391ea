// The built site, served, and a browser that looks at it.
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "./packages.mjs";
import { serve } from "./serve.mjs";

const FOLDER = join(process.env.OXCONF_BROWSER, "public");

/** A page of each kind. */
export const KINDS = {
  start: "",
  tutorial: "tutorial/",
  "list of bundles": "bundles/",
  bundle: "bundles/1m/",
  "bundle that differs": "bundles/1m-replication/",
  "host of a bundle": "bundles/1m/ox1/",
  "cluster file": "reference/cluster-file/",
  "list of files": "reference/files/",
  "file with many settings": "reference/files/haproxy-cfg/",
  "list of rules": "reference/rules/",
  rule: "reference/rules/OX104/",
  commands: "reference/commands/",
  python: "reference/python/",
  "table of mistakes": "why/",
  "read policies": "read-policies/",
  "in front of the databases": "database-access/",
  sizing: "sizing/",
  differences: "differences/",
  sources: "sources/",
  "next steps": "next/",
  "what is not there": "nothing/of/that/name/",
};

export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Returns the address of every page of the site, below its first one. */
export function pages() {
  return readdirSync(FOLDER, { recursive: true })
    .filter((name) => name.endsWith(".html"))
    .map((name) => name.replace(/(^|\/)index\.html$/, "$1"))
    .sort();
}

/** Serves the site and starts the browser; `close` ends both. */
export async function open() {
  const { server, home } = await serve(FOLDER);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // It loads nothing but this site, and in a container its own sandbox can not be made.
    chromiumSandbox: false,
    // Requests to elsewhere are reported below; no packet leaves either.
    args: ["--disable-gpu", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });

  const fresh = (options) => browser.newContext({ viewport: DESK, colorScheme: "light", ...options });

  /** Returns a page and the list of what went wrong on it, which grows. The profile is fresh if none is given. */
  async function visit(path, options = {}, profile = undefined) {
    const context = profile ?? (await fresh(options));
    const page = await context.newPage();
    const complaints = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(home)) complaints.push(`${path}: asks for ${request.url()}`);
    });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${path}: console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`${path}: ${error.message}`));
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${path}: ${response.status()} for ${response.url()}`);
    });
    await page.goto(home + path);
    return { page, complaints, close: () => (profile ? page.close() : context.close()) };
  }

  async function close() {
    await browser.close();
    server.close();
  }

  return { home, fresh, visit, close };
}

/** Types into the search, once it is ready, and returns the links of its first answer that are seen, below the site. */
export async function search(page, words) {
  // Its index is loaded by the script of the page; what was typed before that is lost.
  await page.click(".md-search__input");
  await page.waitForFunction(() => document.querySelector(".md-search-result__meta").textContent.includes("Type"));
  // It listens to keys that are let go, and one is enough.
  await page.fill(".md-search__input", words.slice(0, -1));
  await page.keyboard.press(words.at(-1));
  const first = await page.waitForSelector(".md-search-result__item");
  return first.$$eval("a", (links) => links.filter((link) => !link.closest("details")).map((link) => link.href));
}
