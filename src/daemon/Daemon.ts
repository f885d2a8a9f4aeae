/**
 * The daemon from start to end: takes the home, builds the rooms, opens the two servers, says that it is ready, waits
 * to be told to stop, and runs the shutdown list. Composition only.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpServer from "@effect/platform/HttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { fileURLToPath } from "node:url"
import type { Settings } from "./Config.ts"
import { isPublic } from "./Config.ts"
import { openHome } from "./Home.ts"
import { appLayer } from "./http/App.ts"
import { artefactApp } from "./http/ArtefactServer.ts"
import { ArtefactUrls } from "./http/ArtefactUrls.ts"
import { Draining } from "./http/Draining.ts"
import type { Rooms, RoomServices } from "./Rooms.ts"
import type { Listener } from "./Servers.ts"
import { listen } from "./Servers.ts"
import { runShutdown, shutdownSteps } from "./Shutdown.ts"

/** The built page, seen from the sources and from the compiled files alike. */
export const builtPage = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "../web", import.meta.url),
)

export interface DaemonOptions {
  readonly settings: Settings
  readonly rooms: Rooms
  readonly webRoot: string
  /** Gets the one line that says where the daemon is. */
  readonly sayReady: (line: string) => Effect.Effect<void>
  /** Resolves when the daemon is to stop. */
  readonly stopRequested: Effect.Effect<unknown>
}

/** An address as it is written in a URL. */
const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host)
const everyAddress = new Set(["0.0.0.0", "::"])

/** Where this machine finds the daemon. */
const ownUrl = (host: string, port: number) =>
  `http://${everyAddress.has(host) ? "127.0.0.1" : inUrl(host)}:${port}`

interface Servers {
  readonly main: Listener
  readonly artefacts: Listener
}

const serve = (servers: Servers, options: DaemonOptions, token: string) => {
  const { settings, webRoot } = options
  const everyone = isPublic(settings)
  const origin = { port: servers.artefacts.port, public: everyone }
  const pages = [
    `http://127.0.0.1:${servers.main.port}`,
    ...(everyone ? [ownUrl(settings.host, servers.main.port)] : []),
  ]
  const main = appLayer({
    port: servers.main.port,
    public: everyone,
    token,
    maxBodyBytes: settings.maxBodyBytes,
    webRoot,
    // A page that others open finds the artefacts on the address it was opened under, whichever that is.
    artefactOrigin: everyone ? `http://*:${origin.port}` : `http://localhost:${origin.port}`,
  }).pipe(Layer.provide(Layer.succeed(HttpServer.HttpServer, servers.main.service)))
  const artefacts = HttpServer.serve(
    artefactApp({ public: everyone, pageOrigins: [...new Set(pages)] }),
  ).pipe(Layer.provide(Layer.succeed(HttpServer.HttpServer, servers.artefacts.service)))
  return Layer.merge(main, artefacts).pipe(
    Layer.provide(Layer.succeed(ArtefactUrls, ArtefactUrls.make(origin))),
    Layer.provide(NodeHttpServer.layerContext),
  )
}

/** What is up, scope by scope; each is closed by a step of the shutdown list. */
const start = (options: DaemonOptions, scopes: Scopes) =>
  Effect.gen(function* () {
    const { settings, rooms } = options
    const home = yield* Scope.extend(openHome(settings.home), scopes.home)
    const built: Context.Context<RoomServices> = yield* Layer.buildWithScope(rooms(settings), scopes.rooms)
    const draining = yield* Layer.buildWithScope(Draining.layer, scopes.rooms)
    const servers = {
      main: yield* Scope.extend(listen(settings.host, settings.port), scopes.servers),
      artefacts: yield* Scope.extend(listen(settings.host, settings.artefactPort), scopes.servers),
    }
    yield* Layer.buildWithScope(serve(servers, options, home.token), scopes.servers).pipe(
      Effect.provide(Context.merge(built, draining)),
    )
    const url = ownUrl(settings.host, servers.main.port)
    yield* home.announce(url)
    yield* options.sayReady(`linkseal ready ${url}/?token=${home.token}`)
    return { home, servers, draining }
  })

interface Scopes {
  readonly home: Scope.CloseableScope
  readonly rooms: Scope.CloseableScope
  readonly servers: Scope.CloseableScope
}

const closing = (scope: Scope.CloseableScope) => Scope.close(scope, Exit.void)

const both = (servers: Servers, verb: (listener: Listener) => Effect.Effect<void>) =>
  Effect.all([verb(servers.main), verb(servers.artefacts)], { concurrency: "unbounded", discard: true })

/** Runs until `stopRequested`, then stops in order. Fails only while starting, with nothing left behind. */
export const runDaemon = (options: DaemonOptions) =>
  Effect.gen(function* () {
    const scopes: Scopes = {
      home: yield* Scope.make(),
      rooms: yield* Scope.make(),
      servers: yield* Scope.make(),
    }
    const { home, servers, draining } = yield* start(options, scopes).pipe(
      Effect.onError(() =>
        Effect.all([closing(scopes.servers), closing(scopes.rooms), closing(scopes.home)], { discard: true }),
      ),
    )
    yield* options.stopRequested
    yield* Effect.logInfo("stopping")
    const steps = shutdownSteps({
      stopListening: both(servers, (listener) => listener.stopListening),
      endEventStreams: Effect.provide(Draining.begin, draining),
      requestsDrained: both(servers, (listener) => listener.drained),
      cutConnections: both(servers, (listener) => listener.cut),
      closeServers: closing(scopes.servers),
      closeRooms: closing(scopes.rooms),
      withdraw: home.withdraw,
      releaseHome: closing(scopes.home),
    })
    return yield* runShutdown(steps, options.settings.drainMillis)
  })
