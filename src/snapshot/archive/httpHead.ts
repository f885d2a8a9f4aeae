/**
 * The HTTP heads of recorded traffic as a WARC holds them. Bodies are kept as the browser gave them, decoded, so the
 * headers that spoke of their coding on the wire go on under another name (`x-orig-`), as other recorders do it.
 */
import { STATUS_CODES } from "node:http"
import type { HeaderLines, RecordedExchange } from "./RecordedTraffic.ts"
import { oneLine } from "./Warc.ts"

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Pseudo-headers of HTTP/2 and names that are no tokens would break every reader. */
const clean = (headers: HeaderLines): HeaderLines =>
  headers.flatMap(([name, value]) => (token.test(name) ? [[name, oneLine(value)] as const] : []))

const ofTheWire = new Set(["content-encoding", "transfer-encoding"])

const lines = (first: string, headers: HeaderLines): Uint8Array =>
  Buffer.from(`${first}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`)

/** The response's head for a body of this many bytes. */
export const responseHead = (exchange: RecordedExchange, bodyBytes: number): Uint8Array => {
  const headers: Array<readonly [string, string]> = []
  for (const [name, value] of clean(exchange.responseHeaders)) {
    const lower = name.toLowerCase()
    if (ofTheWire.has(lower)) headers.push([`x-orig-${lower}`, value])
    else if (lower === "content-length") {
      if (value !== String(bodyBytes)) headers.push(["x-orig-content-length", value])
    } else if (lower === "content-type" && exchange.decodedToUtf8 === true) {
      headers.push([name, withUtf8(value)], ["x-orig-content-type", value])
    } else headers.push([name, value])
  }
  headers.push(["Content-Length", String(bodyBytes)])
  const reason = oneLine(exchange.statusText) || STATUS_CODES[exchange.status] || ""
  return lines(`HTTP/1.1 ${exchange.status} ${reason}`.trimEnd(), headers)
}

const withUtf8 = (contentType: string) =>
  `${contentType.replace(/;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/gi, "")}; charset=utf-8`

/** The request's head. The host is added when the recorder left it out, for HTTP/1.1 demands it. */
export const requestHead = (exchange: RecordedExchange): Uint8Array => {
  const url = new URL(exchange.url)
  const headers = clean(exchange.requestHeaders)
  const hasHost = headers.some(([name]) => name.toLowerCase() === "host")
  const method = token.test(exchange.method) ? exchange.method : "GET"
  return lines(
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    hasHost ? headers : [["Host", url.host], ...headers],
  )
}

export const headerValue = (headers: HeaderLines, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1]
