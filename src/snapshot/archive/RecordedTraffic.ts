/**
 * The traffic of a capture as the WACZ writer takes it. Bodies are as the page got them, content coding undone, and
 * may lie in a file, so that a capture of any size is written with little memory.
 */

export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>

/** Bytes in memory, a piece of a file, or a reader that is asked once, when its turn comes. */
export type Body =
  | Uint8Array
  | { readonly path: string; readonly offset?: number; readonly length?: number }
  | (() => Promise<Uint8Array>)

export interface RecordedExchange {
  readonly url: string
  readonly method: string
  readonly requestHeaders: HeaderLines
  readonly requestBody?: Uint8Array | string | null
  /** 0 when no answer came; then nothing but the failure is recorded. */
  readonly status: number
  readonly statusText: string
  /** As the server sent them, in order, repeated ones apart. */
  readonly responseHeaders: HeaderLines
  readonly body: Body | null
  /** ISO 8601 UTC. */
  readonly startedAt: string
  /** `Document`, `Image`, `Script`, ... */
  readonly resourceType: string
  /** For example `h2`; noted beside the record, which is always written as HTTP/1.1. */
  readonly protocol?: string
  readonly serverIp?: string | null
  /** Why it failed or was cut short. */
  readonly failed?: string | null
  /** The body is only the beginning of what was sent, or is left out for its size. */
  readonly truncated?: boolean
  /** The body is text that the browser had already turned into UTF-8. */
  readonly decodedToUtf8?: boolean
}

/** A page of the collection; `url` must be among the exchanges. */
export interface RecordedPage {
  readonly url: string
  readonly title: string
  /** ISO 8601 UTC. */
  readonly ts: string
  readonly text?: string
}

/** A record that no server sent: a picture of the page (`urn:view:URL`), its text (`urn:text:URL`), a report. */
export interface ExtraRecord {
  readonly type: "resource" | "metadata"
  readonly uri: string
  readonly mediaType: string
  readonly ts: string
  readonly body: Body
}

/** What a WACZ says of itself. */
export interface Collection {
  /** Seeds the record ids: the same capture gives the same bytes. */
  readonly id: string
  readonly title: string
  /** ISO 8601 UTC. */
  readonly createdAt: string
  /** Name and version, for example `linkseal 0.1.0`. */
  readonly software: string
  readonly pages: ReadonlyArray<RecordedPage>
}
