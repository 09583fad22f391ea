// Pictures of each kind of page at desk and phone width, light and dark, in build/browser/screenshots.
// usage: tests/browser/run screenshots.mjs [PART OF A KIND'S NAME]
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { DESK, KINDS, open, PHONE } from "./site.mjs";

const folder = join(process.env.OXCONF_BROWSER, "screenshots");
mkdirSync(folder, { recursive: true });
const site = await open();
for (const [kind, path] of Object.entries(KINDS)) {
  if (!kind.includes(process.argv[2] ?? "")) continue;
  for (const [width, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await site.visit(path, { viewport, colorScheme, reducedMotion: "reduce" });
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, 3 * viewport.height) };
      const name = `${kind.replaceAll(" ", "-")}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, name), fullPage: true, clip });
      console.log(name);
      await close();
    }
  }
}
await site.close();
