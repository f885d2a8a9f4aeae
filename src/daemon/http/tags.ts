/** Handlers of tags, search, the queue, undo, diff and duplicates. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import { pageLimitDefault } from "../api/words.ts"
import { answering } from "./problems.ts"

const folded = (text: string) => text.normalize("NFC").toLowerCase()

export const tagsHandlers = HttpApiBuilder.group(api, "tags", (handlers) =>
  Effect.map(Links, (links) => {
    const all = Effect.map(links.tags, (tags) => ({ tags }))
    return handlers
      .handle("list", ({ urlParams: { q, limit } }) =>
        Effect.map(links.tags, (tags) => {
          const matching =
            q === undefined ? tags : tags.filter(({ name }) => folded(name).includes(folded(q)))
          return { tags: limit === undefined ? matching : matching.slice(0, limit) }
        }),
      )
      .handle("merge", ({ payload: { into, from } }) =>
        Effect.zipRight(answering(links.mergeTags(into, from)), all),
      )
      .handle("rename", ({ path, payload }) =>
        Effect.zipRight(answering(links.renameTag(path.name, payload.name)), all),
      )
      .handle("delete", ({ path }) => Effect.zipRight(answering(links.deleteTag(path.name)), all))
  }),
)

export const searchHandlers = HttpApiBuilder.group(api, "search", (handlers) =>
  Effect.map(Links, (links) =>
    handlers.handle("search", ({ urlParams: { q, limit, cursor } }) =>
      answering(links.search(q, limit ?? pageLimitDefault, cursor)),
    ),
  ),
)

export const queueHandlers = HttpApiBuilder.group(api, "queue", (handlers) =>
  Effect.map(Links, (links) =>
    handlers
      .handle("status", () => links.queue)
      .handle("pause", () => links.pauseQueue)
      .handle("resume", () => links.resumeQueue),
  ),
)

export const undoHandlers = HttpApiBuilder.group(api, "undo", (handlers) =>
  Effect.map(Links, (links) =>
    handlers.handle("undo", ({ payload }) => answering(links.undo(payload.change))),
  ),
)

export const diffHandlers = HttpApiBuilder.group(api, "diff", (handlers) =>
  Effect.map(Links, (links) =>
    handlers.handle("diff", ({ path, urlParams: { from, to } }) => answering(links.diff(path.id, from, to))),
  ),
)

export const duplicatesHandlers = HttpApiBuilder.group(api, "duplicates", (handlers) =>
  Effect.map(Links, (links) =>
    handlers
      .handle("list", () => Effect.map(links.duplicates, (groups) => ({ groups })))
      .handle("merge", ({ payload: { keep, others } }) => answering(links.mergeDuplicates(keep, others))),
  ),
)
