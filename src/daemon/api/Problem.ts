/**
 * The one shape in which the API says no: `{"error":{"code","message"}}` with a status. A handler fails with a
 * `Problem`; the schemas below let the OpenAPI document name each status that can come back.
 */
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"

export const ErrorBody = Schema.Struct({
  error: Schema.Struct({
    /** Stable, lower case with dashes. */
    code: Schema.String,
    /** What happened, and what to do. */
    message: Schema.String,
    /** Where in a query the mistake is, counted in characters from 0. */
    position: Schema.optional(Schema.Number),
    /** The names that would have been taken, when an unknown event or state was given. */
    known: Schema.optional(Schema.Array(Schema.String)),
    /** The sectors that were pledged before the refusal; they stay. */
    sectors: Schema.optional(Schema.Array(Schema.Number)),
  }),
}).annotations({ identifier: "Error" })
export type ErrorBody = typeof ErrorBody.Type

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 421 | 500 | 503 | 507

/** A refusal on its way out. `status` is the HTTP status, the rest is the body. */
export class Problem extends Data.TaggedError("Problem")<{
  readonly status: ProblemStatus
  readonly code: string
  readonly message: string
  readonly position?: number
  readonly known?: ReadonlyArray<string>
  readonly sectors?: ReadonlyArray<number>
}> {}

/** The body of a problem, without the fields that are not there. */
export const problemBody = (problem: Problem): ErrorBody => ({
  error: {
    code: problem.code,
    message: problem.message,
    ...(problem.position === undefined ? {} : { position: problem.position }),
    ...(problem.known === undefined ? {} : { known: problem.known }),
    ...(problem.sectors === undefined ? {} : { sectors: problem.sectors }),
  },
})

const ofStatus = (status: ProblemStatus, description: string) =>
  Schema.transform(
    ErrorBody,
    Schema.declare((u: unknown): u is Problem => u instanceof Problem && u.status === status),
    {
      strict: true,
      decode: ({ error: { code, message } }) => new Problem({ status, code, message }),
      encode: problemBody,
    },
  ).annotations(HttpApiSchema.annotations({ status, description }))

export const BadRequest = ofStatus(400, "cannot be decoded; nothing was done")
export const Unauthorized = ofStatus(401, "no token, or not the token of this daemon")
export const Forbidden = ofStatus(403, "the request comes from a foreign page")
export const NotFound = ofStatus(404, "nothing of that id")
export const Conflict = ofStatus(409, "not possible in this state")
export const TooBig = ofStatus(413, "the body is too big")
export const Misdirected = ofStatus(421, "the Host header is not ours")
export const Broken = ofStatus(500, "a defect of the daemon; it is in its log")
export const StandsStill = ofStatus(503, "the link waits for its store; it goes on by itself")
export const DiskFull = ofStatus(507, "the disk of the data folder is full")
