/**
 * Writes a WACZ (Web Archive Collection Zipped, 1.1.1): the recorded traffic as a WARC with its index, the list of
 * pages and the hashes of all of it, in one zip whose WARC is stored as it is, so that replay can read pieces of it.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import yazl from "yazl"
import { cdxjLine, sortCdxj, type CdxEntry } from "./Cdxj.ts"
import { headerValue, requestHead, responseHead } from "./httpHead.ts"
import type { Body, Collection, ExtraRecord, RecordedExchange } from "./RecordedTraffic.ts"
import { toTheEnd } from "./toTheEnd.ts"
import { oneLine, seededUuid, WarcWriter, type WarcRecord } from "./Warc.ts"
import { parseUrl } from "../parseUrl.ts"

export const waczMediaType = "application/wacz"
const waczVersion = "1.1.1"
const warcName = "data.warc.gz"

/** The WACZ could not be written: the disk, or a body that is not as recorded. The capture can go on without it. */
export class WaczError extends Data.TaggedError("WaczError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

export interface WaczFile {
  /** Inside the work folder; move it away, the caller owns it. */
  readonly path: string
  readonly responses: number
  /** Exchanges without an answer; they are listed in a metadata record. */
  readonly failed: number
}

/** A WACZ under way. One verb at a time; interruption stops between two records, and waits for that. */
export interface WaczWriter {
  /** Appends what was asked and answered. */
  readonly add: (exchanges: Iterable<RecordedExchange>) => Effect.Effect<void, WaczError>
  /** Appends records that no server sent, and the index; nothing can be added afterwards. */
  readonly finish: (extras: Iterable<ExtraRecord>) => Effect.Effect<WaczFile, WaczError>
}

/**
 * Begins `page.wacz` in an empty folder that the caller removes. Memory does not grow with the bodies (a body given
 * as bytes or as a reader is held while it is written), but with the number of exchanges. The same records in the same
 * order give the same bytes.
 */
export const openWacz = (
  collection: Collection,
  workFolder: string,
): Effect.Effect<WaczWriter, WaczError, Scope.Scope> =>
  Effect.gen(function* () {
    const warc = path.join(workFolder, warcName)
    const writer = yield* Effect.acquireRelease(
      step(() => WarcWriter.create(warc, collection.id)),
      (opened) => Effect.promise(() => opened.close()),
    )
    yield* step(() => writer.write(warcinfo(collection)))
    const lines: Array<string> = []
    const failures: Array<Failure> = []
    let responses = 0
    return {
      add: (exchanges) =>
        step(async (signal) => {
          for (const exchange of exchanges) {
            signal.throwIfAborted()
            if (!isRecordable(exchange)) continue
            if (exchange.status === 0) {
              failures.push(failureOf(exchange))
              continue
            }
            lines.push(await writeExchange(writer, exchange))
            responses += 1
          }
        }),
      finish: (extras) =>
        step(async (signal) => {
          const report = failures.length > 0 ? [failureReport(collection, failures)] : []
          for (const extra of [...extras, ...report]) {
            signal.throwIfAborted()
            lines.push(await writeExtra(writer, extra))
          }
          const files = await describe(collection, warc, sortCdxj(lines))
          const target = path.join(workFolder, "page.wacz")
          await zip(files, target, new Date(collection.createdAt), signal)
          await fs.rm(warc)
          return { path: target, responses, failed: failures.length }
        }),
    }
  })

const step = <A>(work: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, WaczError> =>
  toTheEnd({
    try: work,
    catch: (cause) =>
      new WaczError({
        message: `page.wacz: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      }),
  })

interface Failure {
  readonly url: string
  readonly method: string
  readonly resourceType: string
  readonly startedAt: string
  readonly reason: string
}

const isRecordable = ({ url }: RecordedExchange) => /^https?:\/\//i.test(url) && parseUrl(url) !== null

const failureOf = (exchange: RecordedExchange): Failure => ({
  url: exchange.url,
  method: exchange.method,
  resourceType: exchange.resourceType,
  startedAt: exchange.startedAt,
  reason: exchange.failed ?? "no answer",
})

const failureReport = (collection: Collection, failures: ReadonlyArray<Failure>): ExtraRecord => ({
  type: "metadata",
  uri: `urn:failed:${collection.pages[0]?.url ?? collection.id}`,
  mediaType: "application/json",
  ts: collection.createdAt,
  body: Buffer.from(JSON.stringify({ failed: failures }, null, 2)),
})

const warcinfo = (collection: Collection): WarcRecord => ({
  type: "warcinfo",
  uri: null,
  date: collection.createdAt,
  contentType: "application/warc-fields",
  head: new Uint8Array(0),
  body: Buffer.from(
    `software: ${oneLine(collection.software)}\r\nformat: WARC File Format 1.1\r\n` +
      "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n" +
      `isPartOf: ${oneLine(collection.title)}\r\n`,
  ),
  fields: [["WARC-Filename", warcName]],
})

const lengthOf = async (
  body: Body | null,
): Promise<{ readonly body: Body | null; readonly length: number }> => {
  if (body === null) return { body, length: 0 }
  if (body instanceof Uint8Array) return { body, length: body.length }
  if (typeof body === "function") {
    const bytes = await body()
    return { body: bytes, length: bytes.length }
  }
  const length = body.length ?? (await fs.stat(body.path)).size - (body.offset ?? 0)
  return { body: { ...body, length }, length }
}

const writeExchange = async (writer: WarcWriter, exchange: RecordedExchange): Promise<string> => {
  const uri = withoutFragment(exchange.url)
  const { body, length } = await lengthOf(exchange.body)
  const fields: Array<readonly [string, string]> = [
    ["WARC-Resource-Type", exchange.resourceType.toLowerCase()],
  ]
  if (exchange.serverIp != null && exchange.serverIp !== "") {
    fields.push(["WARC-IP-Address", exchange.serverIp.replace(/^\[|\]$/g, "")])
  }
  if (exchange.protocol !== undefined && exchange.protocol !== "")
    fields.push(["WARC-Protocol", exchange.protocol])
  if (exchange.truncated === true) fields.push(["WARC-Truncated", "unspecified"])
  const mime = (headerValue(exchange.responseHeaders, "content-type") ?? "")
    .split(";", 1)[0]!
    .trim()
    .toLowerCase()
  const response = await writer.write(
    {
      type: "response",
      uri,
      date: exchange.startedAt,
      contentType: "application/http; msgtype=response",
      head: responseHead(exchange, length),
      body,
      fields,
    },
    mime,
  )
  const requestBody = exchange.requestBody ?? ""
  await writer.write({
    type: "request",
    uri,
    date: exchange.startedAt,
    contentType: "application/http; msgtype=request",
    head: requestHead(exchange),
    body: typeof requestBody === "string" ? Buffer.from(requestBody) : requestBody,
    concurrentTo: response.id,
  })
  return cdxjLine({
    ...entryOf(response, uri, exchange.startedAt),
    mime,
    status: exchange.status,
    ...(exchange.method === "GET"
      ? {}
      : {
          request: {
            method: exchange.method,
            headers: new Map(exchange.requestHeaders.map(([name, value]) => [name.toLowerCase(), value])),
            body: requestBody,
          },
        }),
  })
}

const withoutFragment = (address: string) => {
  const url = new URL(address)
  url.hash = ""
  return url.href
}

const entryOf = (
  written: { readonly offset: number; readonly length: number; readonly payloadDigest: string },
  url: string,
  date: string,
): Omit<CdxEntry, "mime" | "status"> => ({
  url,
  date,
  digest: written.payloadDigest,
  offset: written.offset,
  length: written.length,
  filename: warcName,
})

const writeExtra = async (writer: WarcWriter, extra: ExtraRecord): Promise<string> => {
  const uri = extra.uri.replaceAll(" ", "%20")
  const written = await writer.write({
    type: extra.type,
    uri,
    date: extra.ts,
    contentType: extra.mediaType,
    head: new Uint8Array(0),
    body: extra.body,
  })
  return cdxjLine({ ...entryOf(written, uri, extra.ts), mime: extra.mediaType, status: null })
}

interface ZipMember {
  readonly name: string
  readonly content: Buffer | { readonly path: string }
  readonly compress: boolean
  readonly hash: string
  readonly bytes: number
}

const describe = async (
  collection: Collection,
  warc: string,
  lines: ReadonlyArray<string>,
): Promise<ReadonlyArray<ZipMember>> => {
  const data = [
    await fileMember(`archive/${warcName}`, warc),
    member("indexes/index.cdx", lines.map((line) => `${line}\n`).join("")),
    member("pages/pages.jsonl", pagesJsonl(collection)),
  ]
  const datapackage = member(
    "datapackage.json",
    `${JSON.stringify(datapackageOf(collection, data), null, 2)}\n`,
  )
  const digest = member(
    "datapackage-digest.json",
    `${JSON.stringify({ path: "datapackage.json", hash: datapackage.hash }, null, 2)}\n`,
  )
  return [...data, datapackage, digest]
}

const datapackageOf = (collection: Collection, data: ReadonlyArray<ZipMember>) => ({
  profile: "data-package",
  wacz_version: waczVersion,
  title: collection.title,
  created: collection.createdAt,
  software: collection.software,
  ...(collection.pages[0] === undefined
    ? {}
    : { mainPageUrl: collection.pages[0].url, mainPageDate: collection.pages[0].ts }),
  resources: data.map((each) => ({
    name: path.posix.basename(each.name),
    path: each.name,
    hash: each.hash,
    bytes: each.bytes,
  })),
})

const pagesJsonl = (collection: Collection): string => {
  const hasText = collection.pages.some((page) => page.text !== undefined)
  const head = { format: "json-pages-1.0", id: "pages", title: "All Pages", hasText }
  const rows = collection.pages.map((page, index) => ({
    id: seededUuid(`${collection.id}:page:${index}`),
    ...page,
  }))
  return [head, ...rows].map((row) => `${JSON.stringify(row)}\n`).join("")
}

const member = (name: string, text: string): ZipMember => {
  const content = Buffer.from(text)
  const hash = `sha256:${createHash("sha256").update(content).digest("hex")}`
  return { name, content, compress: true, hash, bytes: content.length }
}

const fileMember = async (name: string, file: string): Promise<ZipMember> => {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 18 })) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { name, content: { path: file }, compress: false, hash: `sha256:${hash.digest("hex")}`, bytes }
}

const zip = async (members: ReadonlyArray<ZipMember>, target: string, mtime: Date, signal: AbortSignal) => {
  const archive = new yazl.ZipFile()
  for (const { compress, content, name } of members) {
    if (Buffer.isBuffer(content)) archive.addBuffer(content, name, { compress, mtime, mode: 0o100644 })
    else archive.addFile(content.path, name, { compress, mtime, mode: 0o100644 })
  }
  archive.end()
  const failed = new Promise<never>((_, reject) => archive.on("error", reject))
  const done = pipeline(archive.outputStream, createWriteStream(target, { flags: "wx" }), { signal })
  await Promise.race([done, failed])
}
