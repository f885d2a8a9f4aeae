/**
 * A listening HTTP server whose end we control. Node's own `close` waits for every connection, and an open event
 * stream is one: so stopping is four verbs, which `Shutdown.ts` puts in order.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as HttpServer from "@effect/platform/HttpServer"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { Server } from "node:http"

/** The port is taken or not allowed. The daemon does not start. */
export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly host: string
  readonly port: number
  readonly reason: string
}> {
  override get message() {
    return this.reason === "EADDRINUSE"
      ? `port ${this.port} of ${this.host} is taken: stop what uses it, or choose another with --port`
      : `cannot listen on ${this.host}:${this.port} (${this.reason}): choose another with --host or --port`
  }
}

export interface Listener {
  readonly service: HttpServer.HttpServer
  /** The real one, also when 0 was asked for. */
  readonly port: number
  /** No new connection; idle ones are closed. */
  readonly stopListening: Effect.Effect<void>
  /** Resolves when no request is being answered. */
  readonly drained: Effect.Effect<void>
  /** Ends every connection, whatever it is doing. */
  readonly cut: Effect.Effect<void>
}

/** Counts running requests, and tells when there is none. */
const trackRequests = (server: Server) => {
  let running = 0
  const waiting = new Set<() => void>()
  server.on("request", (_, response) => {
    running += 1
    response.once("close", () => {
      running -= 1
      if (running === 0) for (const wake of waiting) wake()
    })
  })
  return Effect.async<void>((resume) => {
    if (running === 0) return resume(Effect.void)
    const wake = () => {
      waiting.delete(wake)
      resume(Effect.void)
    }
    waiting.add(wake)
    return Effect.sync(() => waiting.delete(wake))
  })
}

const reason = (cause: unknown) =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

/** Listens until the scope closes. Requests that arrive before an app is attached wait. */
export const listen = (host: string, port: number): Effect.Effect<Listener, CannotListen, Scope.Scope> =>
  Effect.gen(function* () {
    const server = createServer()
    const drained = trackRequests(server)
    const service = yield* NodeHttpServer.make(() => server, { host, port }).pipe(
      Effect.mapError((error) => new CannotListen({ host, port, reason: reason(error.cause) })),
    )
    // Runs before the server's own end, which waits for every connection: a client must not be able to hold the scope.
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    const address = service.address
    return {
      service,
      port: address._tag === "TcpAddress" ? address.port : port,
      stopListening: Effect.sync(() => void server.close()),
      drained,
      cut: Effect.sync(() => server.closeAllConnections()),
    }
  })
