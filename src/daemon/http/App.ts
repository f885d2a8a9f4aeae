/**
 * One request's way: the guard, the login link, the size of the body, then the API, the metrics or the page. Every
 * answer that is no success, from whichever of them, has the API's error shape.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Links } from "../../snapshot/Links.ts"
import { api, openApiDocument } from "../api/Api.ts"
import { seqHeader } from "../api/events.ts"
import { pushMaxBytes, pushPath } from "../api/links.ts"
import { Problem } from "../api/Problem.ts"
import { Metrics } from "../Metrics.ts"
import { docsPage, docsPolicy } from "./Docs.ts"
import { eventsHandlers } from "./events.ts"
import type { GuardSettings } from "./Guard.ts"
import { cookieName, judge, sameToken } from "./Guard.ts"
import { JournalPort } from "./JournalPort.ts"
import { linksHandlers } from "./links.ts"
import { readBody } from "./body.ts"
import { causeResponse, problemResponse, tooBig } from "./problems.ts"
import { otherMethods, unknownField, unknownParameter } from "./routes.ts"
import {
  batchingHandlers,
  clockHandlers,
  fsmHandlers,
  sealingHandlers,
  sectorsHandlers,
  worldHandlers,
} from "./sealing.ts"
import { SealingPort } from "./SealingPort.ts"
import { schedulesHandlers } from "./schedules.ts"
import { snapshotsHandlers } from "./snapshots.ts"
import { makeStatic, opensPage } from "./Static.ts"
import { statusHandlers } from "./status.ts"
import {
  diffHandlers,
  duplicatesHandlers,
  queueHandlers,
  searchHandlers,
  tagsHandlers,
  undoHandlers,
} from "./tags.ts"

export interface AppSettings extends GuardSettings {
  readonly maxBodyBytes: number
  /** The built page. */
  readonly webRoot: string
  /** Where pictures and frames of snapshots come from; several are separated by blanks. */
  readonly artefactOrigin: string
}

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

const splitUrl = (url: string) => {
  const at = url.indexOf("?")
  return at < 0 ? { path: url, search: "" } : { path: url.slice(0, at), search: url.slice(at + 1) }
}

const facts = (request: Request, path: string, port: number) => ({
  method: request.method,
  path,
  host: request.headers.host,
  origin: request.headers.origin,
  authorization: request.headers.authorization,
  cookieToken: request.cookies[cookieName(port)],
})

/** The token goes into a cookie, and out of the address, before the page sees either. */
const logIn = (search: string, path: string, settings: AppSettings): Response | undefined => {
  const parameters = new URLSearchParams(search)
  const given = parameters.get("token")
  if (given === null) return undefined
  parameters.delete("token")
  const rest = parameters.size === 0 ? path : `${path}?${parameters.toString()}`
  const response = HttpServerResponse.empty({
    status: 302,
    headers: { location: rest, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  })
  return sameToken(given, settings.token)
    ? HttpServerResponse.unsafeSetCookie(response, cookieName(settings.port), settings.token, {
        httpOnly: true,
        sameSite: "strict",
        path: "/",
        maxAge: "400 days",
      })
    : response
}

/** The page lives under 127.0.0.1 alone, so that `localhost`, the name of the artefact origin, never has its cookie. */
const movedToNumber = (request: Request): Response | undefined => {
  const [name, port] = (request.headers.host ?? "").toLowerCase().split(":")
  return name === "localhost"
    ? HttpServerResponse.empty({
        status: 302,
        headers: {
          location: `http://127.0.0.1${port === undefined ? "" : `:${port}`}${request.url}`,
          "cache-control": "no-store",
        },
      })
    : undefined
}

/** The one route that takes a form, and more than others. */
const hasBoundary = /;\s*boundary=(?:"[^"]+"|[^\s";]+)/i

const isPush = (request: Request, path: string) => path === pushPath && request.method === "POST"

const refuseBody = (request: Request, path: string, maxBodyBytes: number): Problem | undefined => {
  if (isPush(request, path)) {
    if (Number(request.headers["content-length"] ?? 0) > pushMaxBytes) return tooBig(pushMaxBytes)
    const message = isForm(request)
      ? hasBoundary.test(request.headers["content-type"] ?? "")
        ? undefined
        : "the content-type multipart/form-data has no boundary: let your client write it"
      : "send a form with the fields file and url"
    return message === undefined ? undefined : new Problem({ status: 400, code: "bad-request", message })
  }
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return tooBig(maxBodyBytes)
  return isForm(request)
    ? new Problem({ status: 400, code: "bad-request", message: "send JSON (content-type: application/json)" })
    : undefined
}

const isForm = (request: Request) => /^multipart\//i.test(request.headers["content-type"] ?? "")

/** Bodies are JSON, whatever a client calls them (`curl -d` says it sends a form). This one was read already. */
const asJson = (request: Request, body: string): Request =>
  Object.defineProperty(
    request.modify({ headers: Headers.set(request.headers, "content-type", "application/json") }),
    "text",
    { value: Effect.succeed(body) },
  )

/** `/api/v1/links/` is `/api/v1/links`. */
const withoutSlash = (request: Request): Request => {
  const { path, search } = splitUrl(request.url)
  const shorter = path.startsWith("/api/v1/") ? path.replace(/\/+$/, "") : path
  return shorter === path
    ? request
    : request.modify({ url: search === "" ? shorter : `${shorter}?${search}` })
}

const withoutBody = new Set(["GET", "HEAD", "OPTIONS"])

const notAllowed = (method: string, path: string, methods: ReadonlyArray<string>): Response => {
  const allowed = [...methods].sort().join(", ")
  const message = `${path} does not take ${method}: it takes ${allowed}`
  return HttpServerResponse.setHeader(
    problemResponse(new Problem({ status: 405, code: "method-not-allowed", message })),
    "allow",
    allowed,
  )
}

/** What is wrong with a request is found before its handler: method, parameters, the size and fields of its body. */
const toApi = (apiApp: HttpApp.Default, request: Request, settings: AppSettings) =>
  Effect.gen(function* () {
    const { path, search } = splitUrl(request.url)
    const methods = otherMethods(request.method, path)
    if (methods !== undefined) return notAllowed(request.method, path, methods)
    const asked = isPush(request, path) ? request : yield* jsonRequest(request, path, search, settings)
    const answer = Effect.provideService(apiApp, HttpServerRequest.HttpServerRequest, asked)
    return yield* request.method === "GET" ? asOfJournal(answer) : answer
  })

/** Says what place in the journal an answer is at least as of: looked up before it is made, so that it may know more. */
const asOfJournal = <E, R>(answer: Effect.Effect<Response, E, R>) =>
  Effect.gen(function* () {
    const seq = yield* (yield* JournalPort).latestSeq
    // The answer is sent from within: what comes back here is what was sent.
    yield* HttpApp.appendPreResponseHandler((_, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, seqHeader, String(seq))),
    )
    return yield* answer
  })

const jsonRequest = (request: Request, path: string, search: string, settings: AppSettings) =>
  Effect.gen(function* () {
    const parameter = unknownParameter(request.method, path, search)
    if (parameter !== undefined) return yield* parameter
    const body = withoutBody.has(request.method)
      ? ""
      : yield* readBody(NodeHttpServerRequest.toIncomingMessage(request), settings.maxBodyBytes)
    const field = unknownField(request.method, path, body)
    if (field !== undefined) return yield* field
    return asJson(request, body)
  })

const notFound = (path: string) =>
  problemResponse(new Problem({ status: 404, code: "no-route", message: `nothing at ${path}` }))

const openApi = HttpServerResponse.unsafeJson(openApiDocument())
const docs = HttpServerResponse.html(docsPage(openApiDocument())).pipe(
  HttpServerResponse.setHeaders({
    "content-security-policy": docsPolicy,
    "x-content-type-options": "nosniff",
  }),
)

/** The number of machines by state, asked when the metrics are. */
const renderMetrics = Effect.gen(function* () {
  const links = yield* Links
  const sealing = yield* SealingPort
  yield* Metrics.machines("link", (yield* links.counts) as Record<string, number>)
  yield* Metrics.machines("sector", yield* sealing.counts)
  return HttpServerResponse.text(yield* Metrics.render, {
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  })
})

const route = (settings: AppSettings, page: Effect.Effect.Success<ReturnType<typeof makeStatic>>) => {
  return (apiApp: HttpApp.Default) =>
    Effect.gen(function* () {
      const request = withoutSlash(yield* HttpServerRequest.HttpServerRequest)
      const { path, search } = splitUrl(request.url)
      const problem =
        judge(facts(request, path, settings.port), settings) ??
        refuseBody(request, path, settings.maxBodyBytes)
      if (problem !== undefined) return problemResponse(problem)
      if (path === "/api/openapi.json") return openApi
      if (path === "/api/docs") return docs
      if (path.startsWith("/api/")) return yield* toApi(apiApp, request, settings)
      if (path === "/metrics") return yield* renderMetrics
      if (opensPage(request, path) && request.method === "GET") {
        const elsewhere = movedToNumber(request) ?? logIn(search, path, settings)
        if (elsewhere !== undefined) return elsewhere
      }
      return yield* page(request, path) ?? Effect.succeed(notFound(path))
    })
}

/** Counts and times the answers; a request that was broken off by its client has none. */
const measured = <E, R>(app: HttpApp.Default<E, R>): HttpApp.Default<E, R> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const from = yield* Clock.currentTimeMillis
    const response = yield* app
    yield* Metrics.request(request.method, response.status, (yield* Clock.currentTimeMillis) - from)
    return response
  })

const handlers = Layer.mergeAll(
  statusHandlers,
  linksHandlers,
  snapshotsHandlers,
  tagsHandlers,
  searchHandlers,
  queueHandlers,
  undoHandlers,
  schedulesHandlers,
  diffHandlers,
  duplicatesHandlers,
  eventsHandlers,
  sectorsHandlers,
  sealingHandlers,
  batchingHandlers,
  worldHandlers,
  clockHandlers,
  fsmHandlers,
)

/** Serves everything of the main origin on the `HttpServer` it is given. */
export const appLayer = (settings: AppSettings) =>
  Layer.unwrapEffect(
    Effect.map(makeStatic(settings.webRoot, settings.artefactOrigin), (page) => {
      const answered = (app: HttpApp.Default<unknown>) =>
        Effect.catchAllCause(app, (cause) => causeResponse(cause, settings.maxBodyBytes))
      const whole = route(settings, page)
      return HttpApiBuilder.serve((app) =>
        measured(
          Effect.catchAllCause(whole(app), (cause) => causeResponse(cause, settings.maxBodyBytes)).pipe(
            HttpIncomingMessage.withMaxBodySize(Option.some(settings.maxBodyBytes)),
          ),
        ),
      ).pipe(
        Layer.provide(HttpApiBuilder.middleware(answered)),
        Layer.provide(HttpApiBuilder.api(api)),
        Layer.provide(handlers),
      )
    }),
  )
