/** What the modelled sealer can do for a sector whose files were deleted, step by step until it is whole again. */
import { describe, expect, it } from "vitest"
import { Files } from "../../../src/sealing/model/files.ts"

const of = { sector: 3, proofType: 8, priority: 0 } as const
const piece = (existing: ReadonlyArray<number>) =>
  ({ _tag: "AddPiece", ...of, existing, size: 1024, data: null }) as const
const preCommit1 = { _tag: "PreCommit1", ...of, ticket: "t", pieces: [] } as const
const preCommit2 = { _tag: "PreCommit2", ...of, preCommit1Out: "o" } as const
const commit2 = { _tag: "Commit2", ...of, commit1Out: "o" } as const

describe("the files of a sector", () => {
  it("are needed by what reads them, and come back with a first piece and PreCommit1", () => {
    const files = new Files()
    const able = () =>
      [piece([]), piece([1024]), preCommit1, preCommit2, commit2].map(
        (request) => files.missing(request) === null,
      )
    expect(able()).toEqual([true, true, true, true, true])
    files.delete(3)
    expect(able()).toEqual([true, false, false, false, true])
    expect(files.missing({ ...preCommit1, sector: 4 })).toBeNull()
    files.made(piece([]))
    expect(able()).toEqual([true, true, true, false, true])
    const restored = new Files()
    restored.restore(files.save())
    expect(restored.missing(preCommit2)).toContain("only SectorRemove helps")
    files.made(preCommit1)
    expect(able()).toEqual([true, true, true, true, true])
    expect(files.save()).toEqual([])
  })
})
