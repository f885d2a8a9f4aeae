/** Snapshots and their files. A file is never served from this origin: the answer points to the artefact origin. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Snapshot } from "../../snapshot/Snapshot.ts"
import { NotFound } from "./Problem.ts"
import { Flag, optional } from "./words.ts"

export const SnapshotDocument = Schema.Struct({ ...Snapshot.fields, linkId: Schema.String }).annotations({
  identifier: "SnapshotOfLink",
})
export type SnapshotDocument = typeof SnapshotDocument.Type

/** Where an artefact lies on this machine, and a URL of the artefact origin that opens it until it expires. */
export const LocationDocument = Schema.Struct({ path: Schema.String, url: Schema.String }).annotations({
  identifier: "ArtefactLocation",
})
export type LocationDocument = typeof LocationDocument.Type

const ArtefactPath = Schema.Struct({ id: Schema.String, name: Schema.String })

export const snapshotsGroup = HttpApiGroup.make("snapshots")
  .add(
    HttpApiEndpoint.get("show", "/snapshots/:id")
      .setPath(Schema.Struct({ id: Schema.String }))
      .addSuccess(SnapshotDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "One snapshot"),
  )
  .add(
    HttpApiEndpoint.get("artefact", "/snapshots/:id/artefacts/:name")
      .setPath(ArtefactPath)
      .setUrlParams(Schema.Struct({ download: optional(Flag) }))
      .addSuccess(HttpApiSchema.Empty(302))
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Go to a file of a snapshot")
      .annotate(
        OpenApi.Description,
        "Redirects to an unguessable, expiring URL of the artefact origin: another host name and port, no token, no cookie, no script.",
      ),
  )
  .add(
    HttpApiEndpoint.get("location", "/snapshots/:id/artefacts/:name/location")
      .setPath(ArtefactPath)
      .addSuccess(LocationDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Where a file of a snapshot is"),
  )
