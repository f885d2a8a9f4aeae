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
import type { LinkState } from "../Link.ts"
import { linkIdOf, type LinkRecord } from "../LinkRecord.ts"
import type { Links } from "../Links.ts"
import { BadRequest, NotInThisState } from "../LinkRefusals.ts"
import { checkNote, checkUrl } from "./checks.ts"
import type { Tools } from "./tools.ts"

type Verbs = (typeof Links)["Service"]

const sniffBytes = 4_096

/** Pages of one link that wait behind the one that is made a version. */
const maxWaitingPages = 100

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

/** A capture of the address that is under way is not what the user wants to keep; one of a pushed page is. */
const makeWay = (verbs: Pick<Verbs, "cancel">, { id, pushed, pushes, state }: LinkRecord) =>
  (state === "probing" || state === "capturing") && pushed === null && pushes.length === 0
    ? Effect.ignore(verbs.cancel(id))
    : Effect.void

/** A page on its way to its link. */
interface Pushed {
  readonly id: string
  readonly url: string
  readonly sha256: string
  readonly note: string
  readonly tags: ReadonlyArray<string>
}

export const pushVerb = (tools: Tools, verbs: Pick<Verbs, "cancel">) =>
  Effect.gen(function* () {
    const content = yield* ContentStore
    const { edited, find, group, planned, read, tell, write } = tools
    // One after the other: what a link is doing must still be so when its page comes.
    const turn = yield* Effect.makeSemaphore(1)

    const keep = ({ id, sha256 }: Pushed) =>
      Effect.gen(function* () {
        const link = yield* Effect.orDie(group.get(id))
        if (link === null) return yield* Effect.dieMessage(`the machine of link ${id} is gone`)
        if (link.pushes.length >= maxWaitingPages)
          return yield* new NotInThisState({
            id,
            state: link.state as LinkState,
            verb: `keep one more page while ${maxWaitingPages} wait`,
          })
        yield* makeWay(verbs, link)
        yield* tell(id, { _tag: "PagePushed", sha256 })
      })

    /** Resolves when the page waits to become a version; true when its link was not there. */
    const hand = (page: Pushed) =>
      Effect.gen(function* () {
        const { id, note, sha256, tags, url } = page
        const [known] = yield* read(Catalog.linksById([id]))
        const isKept = known !== undefined && known.state !== "removed" && known.state !== "removing"
        if (isKept) {
          if (tags.length > 0)
            yield* write(changeTags([id], { add: tags }), yield* edited([known], "LinkTagged"))
          yield* keep(page)
        } else {
          const at = yield* Clock.currentTimeMillis
          yield* tell(id, { _tag: "LinkAdded", url, note, tags, at, pushed: sha256 })
          // Somebody else added it in the same moment, without the page.
          const link = yield* Effect.orDie(group.getAfter(id))
          if (link?.addedAt !== at) yield* keep(page)
        }
        yield* planned(id)
        return !isKept
      })

    const push: Verbs["push"] = (request) =>
      Effect.gen(function* () {
        const url = yield* checkUrl(request.url)
        yield* checkNote(request.note)
        const tags = yield* checkTags(request.tags ?? [])
        yield* checkPage(request.file)
        const stored = content.put({ path: request.file }, { mediaType: "text/html" })
        const { sha256 } = yield* Effect.orDie(stored)
        const page = { id: linkIdOf(url), url, sha256, tags, note: request.note ?? "" }
        const added = yield* turn.withPermits(1)(hand(page))
        return { link: yield* Effect.orDie(find(page.id)), added }
      })
    return push
  })
