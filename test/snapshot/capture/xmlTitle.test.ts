/** What pictures and feeds call themselves. */
import { expect, it } from "vitest"
import { xmlTitle } from "../../../src/snapshot/capture/xmlTitle.ts"

it.each([
  ['<?xml version="1.0"?><svg xmlns="x"><title>A map &amp; more</title><path d=""/></svg>', "A map & more"],
  ["<svg><g><title>of a part</title></g></svg>", ""],
  [
    "<rss><channel><title><![CDATA[News  of\n today]]></title><item><title>One</title></item></channel></rss>",
    "News of today",
  ],
  ["<rss><channel><item><title>One</title></item></channel></rss>", ""],
  ['<feed xmlns="x"><title type="html">快照</title><entry><title>a</title></entry></feed>', "快照"],
  ["<books><book><title>Not the whole</title></book></books>", ""],
  ["<svg><title>never closed", ""],
  ["", ""],
])("%s is called %j", (text, title) => expect(xmlTitle(text)).toBe(title))
