/** Handlers of snapshots: the record, and where to get a file. The file itself comes from the artefact origin. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import { ArtefactUrls } from "./ArtefactUrls.ts"
import { answering } from "./problems.ts"

export const snapshotsHandlers = HttpApiBuilder.group(api, "snapshots", (handlers) =>
  Effect.gen(function* () {
    const links = yield* Links
    const urls = yield* ArtefactUrls
    const urlFor = (id: string, name: string, download: boolean) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        urls.sign({ snapshotId: id, name, download }, request.headers.host ?? ""),
      )
    return handlers
      .handle("show", ({ path }) => answering(links.snapshotById(path.id)))
      .handle("artefact", ({ path: { id, name }, urlParams }) =>
        answering(links.artefactFile(id, name)).pipe(
          Effect.zipRight(urlFor(id, name, urlParams.download === true)),
          Effect.map((url) =>
            HttpServerResponse.empty({
              status: 302,
              headers: { location: url, "cache-control": "no-store" },
            }),
          ),
        ),
      )
      .handle("location", ({ path: { id, name } }) =>
        Effect.zipWith(answering(links.artefactFile(id, name)), urlFor(id, name, false), ({ path }, url) => ({
          path,
          url,
        })),
      )
  }),
)
