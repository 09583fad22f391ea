import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { open, search } from "./site.mjs";

let site;
before(async () => (site = await open()));
after(() => site.close());

// The first answer is a page and, where the name has a heading of its own, the place on it.
for (const [words, found] of [
  ["OX104", /^reference\/rules\/OX104\/[^#]*$/],
  ["route-duplicate", /^reference\/rules\/OX104\/[^#]*$/],
  ["innodb_buffer_pool_size", /^reference\/(cluster-file|files\/ox-cnf)\/.*#(.*\.)?innodb_buffer_pool_size$/],
  ["BalancerMember retry", /^reference\/files\/proxy-ajp\/.*#BalancerMember-retry$/],
  ["timeout server", /^reference\/files\/haproxy-cfg\/.*#timeout-server$/],
  ["database.read_policy", /^reference\/cluster-file\/.*#database\.read_policy$/],
  ["oxconf why", /^reference\/commands\/.*#oxconf-why$/],
]) {
  test(`the search's first answer to ${words}`, async () => {
    const { page, complaints, close } = await site.visit("");
    const links = await search(page, words);
    const link = links.find((each) => found.test(each.slice(site.home.length)));
    assert.ok(link, `${links}`);
    await page.click(`.md-search-result__item a[href="${link}"]`);
    await page.waitForURL(link);
    const { hash } = new URL(link);
    assert.ok(await page.isVisible(hash ? `[id="${hash.slice(1)}"]` : "h1"));
    assert.deepEqual(complaints, []);
    await close();
  });
}
