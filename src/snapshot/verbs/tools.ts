/** What all verbs of links are made of: reading and writing the catalogue, and talking to machines. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Hub } from "../../actors/Hub.ts"
import type { JournalDraft } from "../../actors/Journal.ts"
import { StateStore } from "../../actors/StateStore.ts"
import type { CaptureQueue } from "../CaptureQueue.ts"
import * as Catalog from "../catalog/Catalog.ts"
import type { Link, LinkState, QueueStatus } from "../Link.ts"
import type { LinkEvent } from "../LinkRecord.ts"
import type { NotFound } from "../LinkRefusals.ts"
import type { LinkGroup } from "../LinkGroup.ts"
import type { MeasuredSaving } from "../archive/saving.ts"

export interface LinkParts {
  readonly group: LinkGroup
  readonly queue: CaptureQueue
  readonly queueChanged: () => void
  readonly queueNews: Hub<QueueStatus>
  /** Each link whose state changed, after the commit. */
  readonly moved: Hub<{ readonly id: string; readonly state: LinkState }>
  /** To be told after the catalogue was changed beside the machines. */
  readonly edited: () => void
  /** To be told after a schedule was added. */
  readonly scheduled: () => void
  readonly saving: Effect.Effect<MeasuredSaving | null>
}

export type Tools = Effect.Effect.Success<ReturnType<typeof makeTools>>

export const makeTools = (parts: LinkParts) =>
  Effect.gen(function* () {
    const { group } = parts
    const sql = yield* SqlClient.SqlClient
    const store = yield* StateStore

    /** Reads and writes of the catalogue: an SqlError is nothing a caller can mend. */
    const read = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
      Effect.provideService(effect, SqlClient.SqlClient, sql).pipe(
        Effect.catchAll((error) =>
          (error as { _tag?: string })._tag === "SqlError" ? Effect.die(error) : Effect.fail(error),
        ),
      ) as Effect.Effect<A, Exclude<E, { readonly _tag: "SqlError" }>>

    const write = <A, E>(
      effect: Effect.Effect<A, E, SqlClient.SqlClient>,
      drafts: ReadonlyArray<JournalDraft> = [],
    ) =>
      read(store.write(Effect.provideService(effect, SqlClient.SqlClient, sql), drafts)).pipe(
        Effect.tap(() => Effect.sync(parts.edited)),
        Effect.catchAll((error) =>
          (error as { _tag?: string })._tag === "StoreError" ? Effect.die(error) : Effect.fail(error),
        ),
      ) as Effect.Effect<A, Exclude<E, { readonly _tag: "SqlError" }>>

    const find = (id: string): Effect.Effect<Link, NotFound> => read(Catalog.linkById(id))

    /** Resolves when the event is durable. */
    const tell = (id: string, event: LinkEvent) => Effect.orDie(group.sendDurable(id, event))

    /** Resolves when what the machine was told has been planned. */
    const planned = (id: string) => Effect.orDie(group.getAfter(id))

    /** Resolves when the event is durable and planned, with the link as it is then. */
    const ask = (id: string, event: LinkEvent) =>
      Effect.zipRight(tell(id, event), Effect.zipRight(planned(id), find(id)))

    /** Timeline entries for a change that no machine made. */
    const edited = (links: ReadonlyArray<Link>, event: string) =>
      Effect.map(Clock.currentTimeMillis, (at): ReadonlyArray<JournalDraft> =>
        links.map(({ id, state }) => ({ at, kind: "link", id, event, from: state, to: state, detail: null })),
      )

    return { ...parts, sql, read, write, find, tell, planned, ask, edited }
  })
