/**
 * The warm browser. One Chromium serves many captures, each in a context of its own behind its own proxy; it is
 * replaced after a number of captures, when it has grown, and when it has died. Nothing of it outlives the layer.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import {
  chromium,
  type Browser as PlaywrightBrowser,
  type BrowserContext,
  type CDPSession,
  type Page,
} from "playwright"
import { captureFailure, type CaptureFailure } from "./CaptureFailure.ts"
import { browserFlags, clientHints, deadProxy, plainUserAgent, useSandbox } from "./browser/flags.ts"
import { launcherEnvironment, scratchFolder, writeLauncher } from "./browser/launcher.ts"
import { forget, killGroup, readRecords, residentBytes, type BrowserRecord } from "./browser/processGroup.ts"
import { reapOrphans, untilGone } from "./browser/reapOrphans.ts"
import { readCookies } from "./browser/cookiesFile.ts"
import { atMost } from "./deadline.ts"
import { makeExtractor, type Extractor } from "./Extractor.ts"
import { findChromium } from "./findChromium.ts"
import type { CaptureSettings } from "./Settings.ts"

const launchMillis = 30_000
const openPageMillis = 15_000
const closeContextMillis = 5_000
const closeBrowserMillis = 5_000
const maxCapturesPerBrowser = 60
const maxResidentBytes = 2_500_000_000

export interface PageOptions {
  readonly proxyUrl: string
  readonly settings: CaptureSettings
  /** False opens the page with its scripts off: the second try for pages whose scripts hang the renderer. */
  readonly scripts: boolean
}

export interface OpenPage {
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  /** Fails when the page or the browser dies; never succeeds. */
  readonly lost: Effect.Effect<never, CaptureFailure>
}

export interface BrowserOptions {
  /** Where pids and scratch files are; on the file system of the archive, so that finished files can be moved. */
  readonly runDir: string
  readonly maxCaptures?: number
}

interface Warm {
  readonly browser: PlaywrightBrowser
  readonly record: BrowserRecord
  readonly userAgent: string
  /** Captures served so far, and being served now. */
  served: number
  active: number
  retired: boolean
}

export class Browser extends Context.Tag("linkseal/snapshot/Browser")<
  Browser,
  {
    /** A blank page in a context of its own. Both are closed with the scope, by force when they do not go. */
    readonly open: (options: PageOptions) => Effect.Effect<OpenPage, CaptureFailure, Scope.Scope>
    /** A folder for the files of one capture, removed with the scope. */
    readonly scratch: Effect.Effect<string, never, Scope.Scope>
    /** The user agent of captures, when a setting gives no other. */
    readonly userAgent: Effect.Effect<string, CaptureFailure>
    /** Reads articles and PDFs beside the event loop; kept warm like the browser. */
    readonly extractor: Extractor
    /** Pids of the browsers that run now. */
    readonly pids: Effect.Effect<ReadonlyArray<number>>
  }
>() {
  /** Reaps what a killed daemon left in `runDir`, then starts browsers as they are needed. */
  static readonly layer = (options: BrowserOptions): Layer.Layer<Browser> =>
    Layer.scoped(Browser, make(options))
}

const make = (options: BrowserOptions) =>
  Effect.gen(function* () {
    const { runDir } = options
    yield* reapOrphans(runDir)
    const living = new Set<Warm>()
    const gate = yield* Effect.makeSemaphore(1)

    const end = (warm: Warm) =>
      Effect.gen(function* () {
        living.delete(warm)
        yield* atMost(
          settled(() => warm.browser.close()),
          closeBrowserMillis,
        )
        killGroup(warm.record)
        const gone = yield* untilGone(warm.record)
        if (gone) forget(runDir, warm.record)
      }).pipe(Effect.uninterruptible)

    yield* Effect.addFinalizer(() =>
      Effect.forEach([...living], end, { concurrency: "unbounded", discard: true }),
    )

    const usable = Effect.gen(function* () {
      const current = [...living].find((warm) => !warm.retired && warm.browser.isConnected())
      if (current !== undefined) return current
      const warm = yield* launch(runDir)
      living.add(warm)
      return warm
    }).pipe(gate.withPermits(1), Effect.uninterruptible)

    const borrow = Effect.tap(usable, (warm) => {
      warm.active++
      if (++warm.served >= (options.maxCaptures ?? maxCapturesPerBrowser)) warm.retired = true
      return Effect.void
    })

    const giveBack = (warm: Warm) =>
      Effect.suspend(() => {
        warm.active--
        if (!warm.browser.isConnected() || residentBytes(warm.record) > maxResidentBytes) warm.retired = true
        return warm.retired && warm.active === 0 && living.has(warm) ? end(warm) : Effect.void
      })

    const open = (page: PageOptions) =>
      Effect.gen(function* () {
        const warm = yield* Effect.acquireRelease(borrow, giveBack)
        const opened = yield* atMost(openPage(warm, page), openPageMillis)
        if (Option.isSome(opened)) return opened.value
        // A browser that cannot make a page is of no use to the next one either.
        warm.retired = true
        return yield* Effect.fail(browserCrashed())
      })

    return {
      extractor: yield* makeExtractor,
      open,
      scratch: scratch(runDir),
      userAgent: Effect.map(usable, (warm) => warm.userAgent),
      pids: Effect.sync(() => [...living].map((warm) => warm.record.pid)),
    }
  })

const scratch = (runDir: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      await mkdir(scratchFolder(runDir), { recursive: true, mode: 0o700 })
      return mkdtemp(join(scratchFolder(runDir), "capture-"))
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 3 })),
  )

const launch = (runDir: string): Effect.Effect<Warm, CaptureFailure> =>
  Effect.gen(function* () {
    const found = findChromium()
    if (found.path === null) return yield* Effect.fail(captureFailure("no-browser", found.reason))
    const path = found.path
    const id = randomUUID()
    const browser = yield* Effect.tryPromise({
      try: () =>
        chromium.launch({
          executablePath: writeLauncher(runDir),
          args: [...browserFlags],
          proxy: { server: deadProxy },
          chromiumSandbox: useSandbox(process.getuid?.()),
          handleSIGHUP: false,
          handleSIGINT: false,
          handleSIGTERM: false,
          timeout: launchMillis,
          env: { ...process.env, ...launcherEnvironment(runDir, path, id) } as Record<string, string>,
        }),
      catch: (error) =>
        captureFailure("no-browser", `Chromium (${path}) does not start: ${firstLine(error)}`),
    })
    const record = readRecords(runDir).find((known) => known.launch === id)
    if (record === undefined) {
      yield* Effect.promise(() => browser.close())
      return yield* Effect.fail(
        captureFailure("no-browser", `Chromium left no record of itself in ${runDir}.`),
      )
    }
    const userAgent = plainUserAgent(browser.version())
    return { browser, record, userAgent, served: 0, active: 0, retired: false }
  })

const firstLine = (error: unknown) =>
  String(error instanceof Error ? error.message : error).split("\n")[0] ?? ""

const openPage = (warm: Warm, options: PageOptions) =>
  Effect.gen(function* () {
    const cookies = yield* browserCookies(options.settings)
    const context = yield* Effect.acquireRelease(
      crashIsFailure(() => warm.browser.newContext(contextOptions(warm, options))),
      (opened) => closeContext(warm, opened),
    )
    const lost = yield* Deferred.make<never, CaptureFailure>()
    const lose = (failure: CaptureFailure) => void Deferred.unsafeDone(lost, Exit.fail(failure))
    const page = yield* crashIsFailure(async () => {
      if (cookies.length > 0) await context.addCookies([...cookies])
      await context.addInitScript(makeReadable)
      return context.newPage()
    })
    page.on("crash", () =>
      lose(captureFailure("page-crashed", "The page crashed the browser's tab: it is tried again later.")),
    )
    context.on("close", () => lose(browserCrashed()))
    context.on("page", (popup) => void (popup === page ? undefined : popup.close().catch(() => undefined)))
    page.on("dialog", (dialog) => void dialog.dismiss().catch(() => undefined))
    const cdp = yield* crashIsFailure(() => context.newCDPSession(page))
    const { language, userAgent } = options.settings
    yield* crashIsFailure(() =>
      cdp.send("Emulation.setUserAgentOverride", {
        userAgent: userAgent ?? warm.userAgent,
        acceptLanguage: language,
        userAgentMetadata: clientHints(warm.browser.version(), userAgent === null),
      }),
    )
    return { context, page, cdp, lost: Deferred.await(lost) }
  })

/**
 * Before a page's own scripts: a closed shadow root can be drawn but not read; opened, it becomes part of the page that
 * is kept. A WebGL drawing is thrown away once it is on the screen; told to preserve it, the canvas can be read.
 * A font made by a script does not tell of what; so it is written down with it.
 */
const makeReadable = `(() => {
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function attachShadow(init) { return attach.call(this, { ...init, mode: "open" }) }
  const given = Symbol.for("linkseal.source")
  if (globalThis.FontFace !== undefined) globalThis.FontFace = new Proxy(FontFace, { construct(target, values, self) {
    const face = Reflect.construct(target, values, self)
    Object.defineProperty(face, given, { value: values[1] })
    return face
  } })
  for (const type of [globalThis.HTMLCanvasElement, globalThis.OffscreenCanvas]) {
    if (type === undefined) continue
    const context = type.prototype.getContext
    type.prototype.getContext = function getContext(kind, options) {
      return /^(experimental-)?webgl2?$/.test(kind) ? context.call(this, kind, { ...options, preserveDrawingBuffer: true }) : context.apply(this, arguments)
    }
  }
})()`

const browserCrashed = () =>
  captureFailure("browser-crashed", "The browser died during the capture: it is tried again later.")

const crashIsFailure = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: browserCrashed })

const contextOptions = (warm: Warm, { proxyUrl, scripts, settings }: PageOptions) => ({
  acceptDownloads: false,
  javaScriptEnabled: scripts,
  serviceWorkers: "block" as const,
  permissions: [],
  proxy: { server: proxyUrl },
  viewport: { width: settings.viewportWidth, height: settings.viewportHeight },
  deviceScaleFactor: 1,
  locale: settings.language,
  colorScheme: settings.colorScheme,
  userAgent: settings.userAgent ?? warm.userAgent,
  ...(settings.timezone === null ? {} : { timezoneId: settings.timezone }),
})

/** Chromium refuses a cookie that has expired. */
const browserCookies = (settings: CaptureSettings) =>
  Effect.zipWith(readCookies(settings), Clock.currentTimeMillis, (cookies, now) =>
    cookies.filter(({ expires }) => expires === -1 || expires * 1000 > now),
  )

/** A context that does not go within its time takes the whole browser with it as soon as nobody else is in it. */
const closeContext = (warm: Warm, context: BrowserContext) =>
  atMost(
    settled(() => context.close()),
    closeContextMillis,
  ).pipe(
    Effect.map((closed) => {
      if (Option.isNone(closed)) warm.retired = true
    }),
  )

/** Ends when the promise does, however it does. */
const settled = (run: () => Promise<unknown>) => Effect.promise(() => run().catch(() => undefined))
