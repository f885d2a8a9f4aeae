/**
 * A page as a user's browser saved it, kept as a version of its link. It goes the way of every capture (queue, machine,
 * artefacts, verdict), only that nothing is asked of the network.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { open } from "node:fs/promises"
import { ContentStore } from "../archive/ContentStore.ts"
import * as Catalog from "../catalog/Catalog.ts"
import { changeTags, checkTags } from "../catalog/Tags.ts"
import type { Link } from "../Link.ts"
import { linkIdOf } from "../LinkRecord.ts"
import type { Links } from "../Links.ts"
import { BadRequest } from "../LinkRefusals.ts"
import { checkNote, checkUrl } from "./checks.ts"
import type { Tools } from "./tools.ts"

type Verbs = (typeof Links)["Service"]

const sniffBytes = 4_096

const beginningOf = (path: string) =>
  Effect.tryPromise({
    try: async () => {
      const file = await open(path)
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    catch: () => new BadRequest({ message: "the file cannot be read" }),
  })

/** Pictures, archives and what needs scripts to unpack itself are no pages. */
const checkPage = (path: string) =>
  Effect.flatMap(beginningOf(path), (bytes) =>
    bytes.includes(0) || !/<[a-z!?]/i.test(bytes.toString("latin1"))
      ? Effect.fail(new BadRequest({ message: "the file is no HTML page: save it as one HTML file" }))
      : Effect.void,
  )

/** A capture that is under way is not what the user wants to keep. */
const makeWay = (verbs: Pick<Verbs, "cancel" | "settled">, { id, state }: Link) => {
  if (state === "probing" || state === "capturing") return Effect.ignore(verbs.cancel(id))
  return state === "storing" ? Effect.ignore(verbs.settled(id)) : Effect.void
}

export const pushVerb = (tools: Tools, verbs: Pick<Verbs, "cancel" | "settled">) =>
  Effect.gen(function* () {
    const content = yield* ContentStore
    const { edited, find, planned, read, tell, write } = tools
    const push: Verbs["push"] = (request) =>
      Effect.gen(function* () {
        const url = yield* checkUrl(request.url)
        yield* checkNote(request.note)
        const tags = yield* checkTags(request.tags ?? [])
        yield* checkPage(request.file)
        const stored = content.put({ path: request.file }, { mediaType: "text/html" })
        const { sha256 } = yield* Effect.orDie(stored)
        const id = linkIdOf(url)
        const [known] = yield* read(Catalog.linksById([id]))
        const isKept = known !== undefined && known.state !== "removed" && known.state !== "removing"
        if (isKept) {
          if (tags.length > 0)
            yield* write(changeTags([id], { add: tags }), yield* edited([known], "LinkTagged"))
          yield* makeWay(verbs, known)
          yield* tell(id, { _tag: "PagePushed", sha256 })
        } else {
          const at = yield* Clock.currentTimeMillis
          yield* tell(id, { _tag: "LinkAdded", url, note: request.note ?? "", tags, at, pushed: sha256 })
        }
        yield* planned(id)
        return { link: yield* Effect.orDie(find(id)), added: !isKept }
      })
    return push
  })
