// Serves a folder as GitHub Pages serves a project: below a path, with the site's own page for what is not there.
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

export const PREFIX = "/oxconf/";

const TYPES = {
  ".css": "text/css",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".xml": "application/xml",
};

/** Returns the server, listening on a free port of the loopback, and the address of the site's first page. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { status, headers = {}, body = "" } = await answer(folder, request.url);
    response.writeHead(status, headers).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, home: `http://127.0.0.1:${server.address().port}${PREFIX}` };
}

async function answer(folder, url) {
  // Parsing resolves every "..", so that nothing outside of the folder is asked for.
  const path = decodeURIComponent(new URL(url, "http://site.invalid").pathname);
  if (!path.startsWith(PREFIX)) return { status: 404 };
  const file = join(folder, path.slice(PREFIX.length));
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() && !path.endsWith("/")) return { status: 301, headers: { location: `${path}/` } };
  return (
    (await read(found?.isDirectory() ? join(file, "index.html") : file, 200)) ??
    (await read(join(folder, "404.html"), 404)) ?? { status: 404 }
  );
}

async function read(file, status) {
  const body = await readFile(file).catch(() => null);
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  return body && { status, headers: { "content-type": type, "cache-control": "max-age=600" }, body };
}
