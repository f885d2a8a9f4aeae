/**
 * From what went wrong to what is answered: the rooms' errors to problems, and any cause to a response. A decode
 * error never reaches a room; a defect is logged with its cause and answered without it.
 */
import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { MultipartError } from "@effect/platform/Multipart"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BadRequest, type CannotCompare, NotFound, NotInThisState } from "../../snapshot/LinkRefusals.ts"
import { pushMaxBytes } from "../api/links.ts"
import { Problem, problemBody } from "../api/Problem.ts"
import { decodeSentence } from "./decodeSentence.ts"
import { storeProblem } from "./storeProblem.ts"
import { NoSuchSector, Refused, UnknownName, WrongValue } from "./SealingPort.ts"

export type RoomError =
  CannotCompare | NotFound | NotInThisState | BadRequest | NoSuchSector | UnknownName | WrongValue | Refused

/** The problem that says what a room's error says. */
export const toProblem = (error: RoomError): Problem => {
  const { message } = error
  switch (error._tag) {
    case "NotFound":
      return new Problem({ status: 404, code: `no-${error.what}`, message })
    case "NotInThisState":
      return new Problem({ status: 409, code: "not-in-this-state", message })
    case "BadRequest":
      return new Problem({
        status: 400,
        code: "bad-request",
        message,
        ...(error.position === undefined ? {} : { position: error.position }),
      })
    case "CannotCompare":
      return new Problem({ status: 409, code: "cannot-compare", message })
    case "NoSuchSector":
      return new Problem({ status: 404, code: "no-sector", message })
    case "UnknownName":
      return new Problem({ status: 400, code: `unknown-${error.what}`, message, known: error.known })
    case "WrongValue":
      return new Problem({ status: 400, code: "wrong-value", message })
    case "Refused":
      return new Problem({
        status: 409,
        code: error.code,
        message,
        ...(error.sectors === undefined ? {} : { sectors: error.sectors }),
      })
  }
}

/** `Effect.mapError(toProblem)`, named for what it reads like in a handler. */
export const answering = <A, R>(effect: Effect.Effect<A, RoomError, R>): Effect.Effect<A, Problem, R> =>
  Effect.mapError(effect, toProblem)

export const problemResponse = (problem: Problem) =>
  HttpServerResponse.unsafeJson(problemBody(problem), {
    status: problem.status,
    headers: {
      "cache-control": "no-store",
      ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {}),
      // What is left of a body that was refused is not read: the connection cannot be used again.
      ...(problem.status === 413 ? { connection: "close" } : {}),
    },
  })

const decodeProblem = (error: HttpApiError.HttpApiDecodeError) =>
  new Problem({ status: 400, code: "bad-request", message: decodeSentence(error.issues) })

export const tooBig = (bytes: number) =>
  new Problem({ status: 413, code: "too-big", message: `the body is above the limit of ${bytes} bytes` })

/** The text of @effect/platform's refusal of a body that grew beyond `MaxBodySize` while it was read. */
const bodyTooBig = "maxBytes exceeded"

const requestProblem = (error: HttpServerError.RequestError, maxBodyBytes: number) => {
  const cause = error.cause instanceof Error ? error.cause.message : (error.description ?? "unreadable")
  return cause === bodyTooBig
    ? tooBig(maxBodyBytes)
    : new Problem({ status: 400, code: "bad-request", message: `the body cannot be read as JSON: ${cause}` })
}

const formProblem = ({ reason }: MultipartError) =>
  reason === "FileTooLarge" || reason === "FieldTooLarge" || reason === "BodyTooLarge"
    ? tooBig(pushMaxBytes)
    : new Problem({ status: 400, code: "bad-request", message: `the form cannot be read: ${reason}` })

const knownProblem = (error: unknown, maxBodyBytes: number): Problem | undefined => {
  if (error instanceof Problem) return error
  if (error instanceof HttpApiError.HttpApiDecodeError) return decodeProblem(error)
  if (error instanceof HttpServerError.RouteNotFound) {
    const { method, url } = error.request
    return new Problem({ status: 404, code: "no-route", message: `no ${method} ${url.split("?")[0]} here` })
  }
  const store = storeProblem(error)
  if (store !== undefined) return store
  if (error instanceof MultipartError) return formProblem(error)
  if (error instanceof HttpServerError.RequestError) return requestProblem(error, maxBodyBytes)
  return undefined
}

const broken = new Problem({
  status: 500,
  code: "internal",
  message: "the daemon failed at this; its log says why",
})

/** True when nothing failed: who asked has gone. The server puts the answer that nobody reads (503) beside that. */
const isGone = (cause: Cause.Cause<unknown>): boolean => {
  if (!Cause.isInterrupted(cause)) return false
  const [, left] = HttpServerError.causeResponseStripped(cause)
  return Option.isNone(left) || Cause.isInterruptedOnly(left.value)
}

/** The response to any failure of a request. A client that has gone is not answered. */
export const causeResponse = (
  cause: Cause.Cause<unknown>,
  maxBodyBytes: number,
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (isGone(cause)) return Effect.interrupt
  const problem = knownProblem(Cause.squash(cause), maxBodyBytes)
  if (problem === undefined)
    return Effect.as(Effect.logError("a request failed", cause), problemResponse(broken))
  const answer = Effect.succeed(problemResponse(problem))
  return problem.status < 500
    ? answer
    : Effect.zipRight(Effect.logWarning(`a request failed: ${problem.message}`), answer)
}
