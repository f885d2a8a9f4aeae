import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { firstUnknown } from "../../src/daemon/unknownKeys.ts"

const Worker = Schema.Struct({
  name: Schema.String,
  tasks: Schema.optional(Schema.Struct({ PC1: Schema.Number })),
})
const Body = Schema.Struct({
  name: Schema.optional(Schema.String),
  workers: Schema.Array(Worker).pipe(Schema.maxItems(5)),
  pair: Schema.optional(Schema.Tuple(Schema.String, Worker)),
  anything: Schema.optional(Schema.Unknown),
  tags: Schema.optional(Schema.Array(Schema.String)),
})

const unknownIn = (value: unknown) => firstUnknown(Body.ast, value)

describe("a key that the schema does not know", () => {
  it("is found in the items of a list, by its place, with the one that was meant", () => {
    expect(unknownIn({ workers: [{ name: "a" }, { name: "b", nmae: "c" }] })).toEqual({
      path: "workers[1].nmae",
      meant: "workers[1].name",
    })
    expect(unknownIn({ workers: [{ name: "a", tasks: { PC2: 1 } }] })?.path).toBe("workers[0].tasks.PC2")
    expect(unknownIn({ workers: [], pair: ["x", { name: "a", cpus: 3 }] })?.path).toBe("pair[1].cpus")
  })

  it("is not looked for where anything may stand, nor in what is no list", () => {
    expect(unknownIn({ workers: [{ name: "a" }], anything: [{ free: 1 }], tags: ["a"] })).toBeUndefined()
    expect(unknownIn({ workers: "none", tags: [{ odd: 1 }] })).toBeUndefined()
  })
})
