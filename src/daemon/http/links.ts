/** Handlers of links, snapshots, tags, search and the queue: each is one verb of the snapshot room. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Link, LinkState } from "../../snapshot/Link.ts"
import { linkStates } from "../../snapshot/Link.ts"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import type { BulkDocument, BulkRequest } from "../api/links.ts"
import { Problem } from "../api/Problem.ts"
import { pageLimitDefault, splitCommas } from "../api/words.ts"
import { answering, toProblem, type RoomError } from "./problems.ts"

/** How many links of a bulk request are worked on at once. */
const bulkConcurrency = 16

const parseStates = (values: ReadonlyArray<string> | undefined) => {
  const words = splitCommas(values)
  const unknown = words.find((word) => !(linkStates as ReadonlyArray<string>).includes(word))
  return unknown === undefined
    ? Effect.succeed(words as ReadonlyArray<LinkState>)
    : Effect.fail(
        new Problem({
          status: 400,
          code: "unknown-state",
          message: `no state ${unknown}: write one of ${linkStates.join(", ")}`,
          known: linkStates,
        }),
      )
}

const document = (link: Link) => ({ links: [link] })
const accepted = (link: Link) => HttpServerResponse.unsafeJson(document(link), { status: 202 })

type Bulk = typeof BulkRequest.Type
type Verbs = typeof Links.Service

const bulkIds = (links: Verbs, { ids }: Bulk) => (ids === undefined ? links.failedIds : Effect.succeed(ids))

/** One verb for one link of a bulk request. */
const bulkVerb = (links: Verbs, { action }: Bulk, id: string) => {
  switch (action) {
    case "snapshot":
      return links.snapshot(id)
    case "retry":
      return links.retry(id)
    default:
      return links.cancel(id)
  }
}

const bulkEach = (links: Verbs, request: Bulk, ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const outcomes = yield* Effect.forEach(ids, (id) => Effect.either(bulkVerb(links, request, id)), {
      concurrency: bulkConcurrency,
    })
    const result = {
      links: [] as Array<Link>,
      removed: [],
      failed: [] as Array<BulkDocument["failed"][number]>,
    }
    outcomes.forEach((outcome, index) => {
      const id = ids[index]!
      if (Either.isRight(outcome)) {
        result.links.push(outcome.right)
        return
      }
      result.failed.push(refusal(id, outcome.left))
    })
    return result
  })

const refusal = (id: string, error: RoomError) => {
  const { code, message } = toProblem(error)
  return { id, code, message }
}

const bulkRemove = (links: Verbs, ids: ReadonlyArray<string>, forEver: boolean) =>
  Effect.map(links.remove(ids, forEver), ({ change, failed, removed }) => ({
    links: [],
    removed,
    ...(change === null ? {} : { change }),
    failed: failed.map(({ error, id }) => refusal(id, error)),
  }))

const bulk = (links: Verbs, request: Bulk) =>
  Effect.gen(function* () {
    const ids = yield* bulkIds(links, request)
    if (request.action === "remove") return yield* bulkRemove(links, ids, request.forEver === true)
    if (request.action !== "tag" && request.action !== "untag") return yield* bulkEach(links, request, ids)
    const { tags = [], untags = [] } = request
    const [add, remove] = request.action === "tag" ? [tags, untags] : [[], [...tags, ...untags]]
    return { links: yield* answering(links.tag(ids, add, remove)), removed: [], failed: [] }
  })

export const linksHandlers = HttpApiBuilder.group(api, "links", (handlers) =>
  Effect.map(Links, (links) =>
    handlers
      .handle("add", ({ payload: { url, urls, tags, note } }) =>
        Effect.map(
          answering(
            links.add({
              urls: urls ?? [url!],
              ...(tags === undefined ? {} : { tags }),
              ...(note === undefined ? {} : { note }),
            }),
          ),
          (done) =>
            HttpServerResponse.unsafeJson({ links: done.links }, { status: done.added > 0 ? 202 : 200 }),
        ),
      )
      .handle("push", ({ payload: { file, note, tags, url } }) =>
        answering(
          links.push({
            url,
            file: file.path,
            ...(tags === undefined ? {} : { tags: splitCommas([tags]) }),
            ...(note === undefined ? {} : { note }),
          }),
        ).pipe(Effect.map(({ link }) => HttpServerResponse.unsafeJson(document(link), { status: 201 }))),
      )
      .handle("list", ({ urlParams: { query, tag, state, limit, cursor } }) =>
        Effect.flatMap(parseStates(state), (states) =>
          answering(
            links.list({
              limit: limit ?? pageLimitDefault,
              ...(query === undefined ? {} : { query }),
              ...(tag === undefined ? {} : { tags: tag }),
              ...(states.length === 0 ? {} : { states }),
              ...(cursor === undefined ? {} : { cursor }),
            }),
          ),
        ),
      )
      .handle("bulk", ({ payload }) => bulk(links, payload))
      .handle("show", ({ path }) => answering(links.show(path.id)))
      .handle("edit", ({ path, payload: { title, note, tags } }) =>
        answering(
          links.edit(path.id, {
            ...(title === undefined ? {} : { title }),
            ...(note === undefined ? {} : { note }),
            ...(tags === undefined ? {} : { tags }),
          }),
        ),
      )
      .handle("remove", ({ path, urlParams }) =>
        Effect.flatMap(links.remove([path.id], urlParams.forEver === true), ({ change, failed, removed }) =>
          failed[0] === undefined
            ? Effect.succeed({ removed, ...(change === null ? {} : { change }) })
            : Effect.fail(toProblem(failed[0].error)),
        ),
      )
      .handle("retry", ({ path }) => Effect.map(answering(links.retry(path.id)), accepted))
      .handle("cancel", ({ path }) => Effect.map(answering(links.cancel(path.id)), accepted))
      .handle("snapshot", ({ path }) => Effect.map(answering(links.snapshot(path.id)), accepted))
      .handle("snapshots", ({ path }) =>
        Effect.map(answering(links.snapshots(path.id)), (snapshots) => ({ snapshots })),
      ),
  ),
)
