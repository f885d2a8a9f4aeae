/**
 * The index of a WARC file: one line per record that replay may ask for, sorted by its address turned round (SURT)
 * and its time. As warcio's indexer writes it, so that every reader of WACZ finds its way.
 */
import { getSurt, postToGetUrl } from "warcio/utils"

/** Of a request's body this much goes into the key (as warcio's indexer does it). */
const bodyInKeyMax = 4096

export interface CdxEntry {
  readonly url: string
  /** ISO 8601 UTC. */
  readonly date: string
  /** Empty when the answer named none. */
  readonly mime: string
  /** Null for records that are no HTTP answers. */
  readonly status: number | null
  readonly digest: string
  readonly offset: number
  readonly length: number
  readonly filename: string
  /** Of a request other than GET: method and body are a part of what was asked for. */
  readonly request?: {
    readonly method: string
    readonly headers: ReadonlyMap<string, string>
    readonly body: Uint8Array | string
  }
}

interface Key {
  readonly key: string
  readonly method?: string
  readonly requestBody?: string
}

const keyOf = ({ request, url }: CdxEntry): Key => {
  if (request === undefined) return { key: getSurt(url) }
  const asGet: Parameters<typeof postToGetUrl>[0] = {
    url,
    method: request.method,
    headers: new Map(request.headers),
    postData: request.body,
  }
  if (!postToGetUrl(asGet, bodyInKeyMax)) return { key: getSurt(url), method: request.method }
  const requestBody = asGet.requestBody as string
  return { key: getSurt(asGet.url), method: request.method, ...(requestBody === "" ? {} : { requestBody }) }
}

/** One line, without its line break. */
export const cdxjLine = (entry: CdxEntry): string => {
  const { key, ...request } = keyOf(entry)
  const timestamp = entry.date.replace(/\D/g, "").slice(0, 14)
  const fields = {
    url: entry.url,
    ...(entry.mime === "" ? {} : { mime: entry.mime }),
    ...(entry.status === null ? {} : { status: String(entry.status) }),
    digest: entry.digest,
    length: String(entry.length),
    offset: String(entry.offset),
    filename: entry.filename,
    ...request,
  }
  return `${key.replaceAll(" ", "%20")} ${timestamp} ${JSON.stringify(fields)}`
}

/** Sorted by bytes, as readers search it. */
export const sortCdxj = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines
    .map((line) => Buffer.from(line))
    .sort((a, b) => Buffer.compare(a, b))
    .map((line) => line.toString())
