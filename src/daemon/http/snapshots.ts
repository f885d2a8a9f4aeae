/** Handlers of snapshots: the record, and where to get a file. The file itself comes from the artefact origin. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import { Problem } from "../api/Problem.ts"
import type { SnapshotDocument } from "../api/snapshots.ts"
import { ArtefactUrls } from "./ArtefactUrls.ts"
import { answering, toProblem } from "./problems.ts"

const noArtefact = ({ artefacts, id, linkId }: SnapshotDocument, name: string) => {
  const known = artefacts.filter(({ status }) => status === "ok").map((artefact) => artefact.name)
  const message = known.some((each) => each === name)
    ? `the file ${name} of ${id} is missing or damaged: linkseal verify ${linkId} says what is damaged, a new snapshot keeps the page again`
    : `no artefact ${name} of ${id}: it has ${known.join(", ") || "none"}`
  return new Problem({ status: 404, code: "no-artefact", message, known })
}

export const snapshotsHandlers = HttpApiBuilder.group(api, "snapshots", (handlers) =>
  Effect.gen(function* () {
    const links = yield* Links
    const urls = yield* ArtefactUrls
    const urlFor = (id: string, name: string, download: boolean) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        urls.sign({ snapshotId: id, name, download }, request.headers.host ?? ""),
      )
    /** A name that is not there is answered with those that are. */
    const fileOf = (id: string, name: string) =>
      links
        .artefactFile(id, name)
        .pipe(
          Effect.catchTag("NotFound", (error) =>
            error.what === "artefact"
              ? Effect.flatMap(answering(links.snapshotById(id)), (snapshot) => noArtefact(snapshot, name))
              : Effect.fail(toProblem(error)),
          ),
        )
    return handlers
      .handle("show", ({ path }) => answering(links.snapshotById(path.id)))
      .handle("artefact", ({ path: { id, name }, urlParams }) =>
        fileOf(id, name).pipe(
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
        Effect.zipWith(fileOf(id, name), urlFor(id, name, false), ({ path }, url) => ({
          path,
          url,
        })),
      )
  }),
)
