/**
 * Addresses of the artefact origin: signed, so that nobody can guess one, and dead after a while. The key lives as
 * long as the process; nothing is stored, so nothing has to be cleaned up.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"

/** An address works at least this long. */
export const artefactUrlMillis = 10 * 60_000
/** Expiry is rounded up to this, so that a page asked twice gets the same address and the browser's cache helps. */
const roundingMillis = 5 * 60_000

export interface ArtefactReference {
  readonly snapshotId: string
  readonly name: string
  /** To be saved, not shown. */
  readonly download: boolean
}

export interface ArtefactOrigin {
  readonly port: number
  /** The daemon is reached under addresses other than loopback. */
  readonly public: boolean
}

const text = (expires: number, { snapshotId, name, download }: ArtefactReference) =>
  [expires.toString(36), download ? "d" : "v", encodeURIComponent(snapshotId), encodeURIComponent(name)].join(
    "/",
  )

const mac = (key: Buffer, path: string) => createHmac("sha256", key).update(path).digest()

/** Another host name than the page's: `localhost`; from another machine the same address, on the other port. */
const hostFor = (askedHost: string, origin: ArtefactOrigin) => {
  const name = /^(\[[^\]]*\]|[^:]*)/.exec(askedHost.toLowerCase())?.[1] ?? ""
  const loopback = name === "" || name === "localhost" || name === "[::1]" || name.startsWith("127.")
  return origin.public && !loopback ? name : "localhost"
}

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

const make = (origin: ArtefactOrigin, key: Buffer) => ({
  /** The address under which a page that was asked at `askedHost` finds the artefact, for at least ten minutes. */
  sign: (reference: ArtefactReference, askedHost: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const expires = (Math.floor((now + artefactUrlMillis) / roundingMillis) + 1) * roundingMillis
      const path = text(expires, reference)
      return `http://${hostFor(askedHost, origin)}:${origin.port}/${mac(key, path).toString("base64url")}/${path}`
    }),
  /** What a path of the artefact origin names, or undefined when it is not ours or has expired. */
  verify: (path: string) =>
    Effect.map(Clock.currentTimeMillis, (now): ArtefactReference | undefined => {
      const [, signature = "", expires = "", mode = "", id = "", name = "", ...rest] = path.split("/")
      const given = Buffer.from(signature, "base64url")
      const expected = mac(key, [expires, mode, id, name].join("/"))
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
        return undefined
      const [snapshotId, artefact] = [decoded(id), decoded(name)]
      if (snapshotId === undefined || artefact === undefined || parseInt(expires, 36) < now) return undefined
      return { snapshotId, name: artefact, download: mode === "d" }
    }),
})

export class ArtefactUrls extends Context.Tag("linkseal/daemon/ArtefactUrls")<
  ArtefactUrls,
  ReturnType<typeof make>
>() {
  static readonly make = (origin: ArtefactOrigin) => ArtefactUrls.of(make(origin, randomBytes(32)))
}
