/** Every case of the contract has a test that carries its id. */
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import contract from "../../fixtures/actors/conformance.json" with { type: "json" }

const folder = import.meta.dirname

const titles = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/["`]((?:[CF]\d\d )+)/g)])
  .flatMap(([, ids]) => ids!.trim().split(" "))

it("has a test for each of the 55 cases, and none for others", () => {
  const ids = contract.cases.map(({ id }) => id)
  expect(ids).toHaveLength(55)
  expect([...new Set(titles)].toSorted()).toEqual(ids.toSorted())
})
