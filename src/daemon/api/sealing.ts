/** The sealing work: which worker does what until when, and the periodic pledge. Everything here is modelled. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { intervalProblem } from "../../sealing/clockBounds.ts"
import { Duration, optional } from "./words.ts"

export const Job = Schema.Struct({
  id: Schema.String,
  sector: Schema.Number,
  /** Lotus's short name: AP PC1 PC2 C1 C2 FIN ... */
  task: Schema.String,
  state: Schema.String,
  /** The worker's name, and its id as Lotus shows one (8 hex digits); null while the job waits. */
  worker: Schema.NullOr(Schema.String),
  workerId: Schema.optional(Schema.NullOr(Schema.String)),
  /** ISO 8601 on the clock of the sealing world. */
  since: Schema.String,
  until: Schema.NullOr(Schema.String),
}).annotations({ identifier: "Job" })
export type Job = typeof Job.Type

export const JobsDocument = Schema.Struct({
  /** Always true: no byte is sealed, the work is modelled. */
  simulated: Schema.Literal(true),
  jobs: Schema.Array(Job),
}).annotations({ identifier: "Jobs" })
export type JobsDocument = typeof JobsDocument.Type

export const Worker = Schema.Struct(
  {
    name: Schema.String,
    tasks: Schema.Record({
      key: Schema.String,
      value: Schema.Struct({ slots: Schema.NullOr(Schema.Number), running: Schema.Number }),
    }),
  },
  { key: Schema.String, value: Schema.Unknown },
).annotations({ identifier: "Worker" })
export type Worker = typeof Worker.Type

export const WorkersDocument = Schema.Struct({
  simulated: Schema.Literal(true),
  workers: Schema.Array(Worker),
}).annotations({ identifier: "Workers" })
export type WorkersDocument = typeof WorkersDocument.Type

export const AutoPledgeDocument = Schema.Struct({
  enabled: Schema.Boolean,
  every: Duration,
}).annotations({ identifier: "AutoPledge" })
/** As it goes over the wire: `every` is a written duration. */
export type AutoPledgeDocument = typeof AutoPledgeDocument.Encoded

const SetAutoPledge = Schema.Struct({
  enabled: optional(Schema.Boolean),
  every: optional(Duration.pipe(Schema.filter((millis) => intervalProblem(millis) ?? undefined))),
}).annotations({ identifier: "SetAutoPledge" })

export const sealingGroup = HttpApiGroup.make("sealing")
  .add(
    HttpApiEndpoint.get("jobs", "/sealing/jobs")
      .addSuccess(JobsDocument)
      .annotate(OpenApi.Summary, "What runs where"),
  )
  .add(
    HttpApiEndpoint.get("workers", "/sealing/workers")
      .addSuccess(WorkersDocument)
      .annotate(OpenApi.Summary, "The workers and their slots"),
  )
  .add(
    HttpApiEndpoint.get("autoPledge", "/sealing/auto-pledge")
      .addSuccess(AutoPledgeDocument)
      .annotate(OpenApi.Summary, "Is a sector pledged periodically?"),
  )
  .add(
    HttpApiEndpoint.post("setAutoPledge", "/sealing/auto-pledge")
      .setPayload(SetAutoPledge)
      .addSuccess(AutoPledgeDocument)
      .annotate(OpenApi.Summary, "Switch the periodic pledge"),
  )
