import { expect, it } from "vitest"
import { parseUrl } from "../../src/snapshot/parseUrl.ts"
import { urlKey } from "../../src/snapshot/catalog/urlKeys.ts"

it("reads an address with letters of Latin-1 also when it has read thousands of others", () => {
  const address = "http://b\u00fccher.de/"
  for (let turn = 0; turn < 30_000; turn++) {
    // Of one byte a letter, as texts that were cut from others are.
    const other = parseUrl(`http://host${turn % 100}.example/path`)
    if (other === null || urlKey(address) !== "http://xn--bcher-kva.de/") throw new Error(`in turn ${turn}`)
  }
  expect(parseUrl(address)?.host).toBe("xn--bcher-kva.de")
  expect(parseUrl("no address")).toBeNull()
  expect(parseUrl("../b", "http://a.example/c/d")?.href).toBe("http://a.example/b")
})
