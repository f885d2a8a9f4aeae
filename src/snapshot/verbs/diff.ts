/** What changed between two versions of a link. */
import * as Effect from "effect/Effect"
import { makeDiffer } from "../Differ.ts"
import { ContentStore } from "../archive/ContentStore.ts"
import * as Catalog from "../catalog/Catalog.ts"
import type { Links, VersionDiff } from "../Links.ts"
import { CannotCompare, NotFound } from "../LinkRefusals.ts"
import type { Snapshot } from "../Snapshot.ts"
import type { Tools } from "./tools.ts"

const pick = (snapshots: ReadonlyArray<Snapshot>, id: string, version: number) => {
  const found = snapshots.find((each) => each.version === version)
  return found === undefined
    ? Effect.fail(new NotFound({ what: "version", id: `${version} of link ${id}` }))
    : Effect.succeed(found)
}

/** The two versions that are meant, newest first given: the newest against the one before it, unless said otherwise. */
const choose = (
  snapshots: ReadonlyArray<Snapshot>,
  id: string,
  from: number | undefined,
  to: number | undefined,
): Effect.Effect<readonly [Snapshot, Snapshot], NotFound | CannotCompare> =>
  Effect.gen(function* () {
    const newest = snapshots[0]
    if (newest === undefined)
      return yield* new CannotCompare({ id, message: `link ${id} has no version yet` })
    const after = to === undefined ? newest : yield* pick(snapshots, id, to)
    if (from !== undefined) return [yield* pick(snapshots, id, from), after] as const
    const before = snapshots.find(({ version }) => version < after.version)
    if (before === undefined)
      return yield* new CannotCompare({
        id,
        message: `link ${id} has no version before ${after.version} to compare with`,
      })
    return [before, after] as const
  })

export const diffVerb = (tools: Tools) =>
  Effect.gen(function* () {
    const { layout } = yield* ContentStore
    const differ = yield* makeDiffer(layout)
    const diff: (typeof Links)["Service"]["diff"] = (id, from, to) =>
      Effect.gen(function* () {
        const snapshots = yield* tools.read(Catalog.snapshotsOf(id))
        const [before, after] = yield* choose(snapshots, id, from, to)
        const found = yield* differ(before, after).pipe(
          Effect.catchAll(({ message }) => new CannotCompare({ id, message })),
        )
        return { id, from: before, to: after, ...found } satisfies VersionDiff
      })
    return diff
  })
