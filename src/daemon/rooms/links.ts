/** Binds the snapshot room to the daemon: its archive, its browser behind the guard, its catalogue, its news. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { join } from "node:path"
import { ContentStore } from "../../snapshot/archive/ContentStore.ts"
import { Drafts } from "../../snapshot/archive/Drafts.ts"
import { ManifestStore } from "../../snapshot/archive/ManifestStore.ts"
import { Browser } from "../../snapshot/capture/Browser.ts"
import { Guard, parseAllowList } from "../../snapshot/capture/Guard.ts"
import { LinkNews, layerLinks } from "../../snapshot/LinksRoom.ts"
import { Capturer } from "../../snapshot/steps/Capturer.ts"
import type { Settings } from "../Config.ts"
import { ProgressPort } from "../http/JournalPort.ts"
import { RoomFailure } from "../RoomFailure.ts"
import { version } from "../version.ts"

/** Pids and scratch files of browsers; on the archive's file system, so that finished files are moved. */
const runDir = (settings: Settings) => join(settings.home, "run")

const progress = Layer.effect(
  ProgressPort,
  Effect.map(LinkNews, (news) => ({
    changes: Stream.map(news.progress, ({ id, step, part, of }) => ({
      kind: "link" as const,
      id,
      step,
      done: part,
      total: of,
    })),
  })),
)

const archive = (settings: Settings) =>
  Layer.merge(ManifestStore.layer, Drafts.layer).pipe(
    Layer.provideMerge(ContentStore.layer({ home: settings.home })),
  )

const guard = (settings: Settings) =>
  Layer.unwrapEffect(
    Either.match(parseAllowList(settings.allowHosts), {
      onLeft: (bad) => Effect.fail(new RoomFailure({ message: bad.message })),
      onRight: (allow) => Effect.succeed(Guard.layer(allow)),
    }),
  )

const capturer = (settings: Settings) =>
  Capturer.layer(settings.capture).pipe(
    Layer.provide(Browser.layer({ runDir: runDir(settings) })),
    Layer.provide(guard(settings)),
  )

/** `Links` and its progress, over StateStore, Journal and the database. */
export const layerLinksRoom = (settings: Settings) =>
  progress.pipe(
    Layer.provideMerge(layerLinks({ queue: settings.queue, retry: settings.retry, toolVersion: version })),
    Layer.provideMerge(capturer(settings)),
    Layer.provideMerge(archive(settings)),
  )
