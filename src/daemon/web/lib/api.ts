/**
 * One call to the daemon. The page trusts its own daemon: answers are typed, not decoded. A refusal is an `ApiError`
 * with the daemon's code and sentence; no answer at all is `offline`.
 */
import { Store } from "./Store.ts"

/** The daemon refuses us: the page was opened without its token, or with a wrong one. */
export const locked = new Store<boolean>(false)

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** Where in the query the mistake is, for searches. */
  readonly position: number | undefined

  constructor(status: number, code: string, message: string, position?: number) {
    super(message)
    this.name = "ApiError"
    this.status = status
    this.code = code
    this.position = position
  }
}

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string; readonly position?: number }
}

const refusalOf = async (response: Response): Promise<ApiError> => {
  const body = (await response.json().catch(() => ({}))) as Refusal
  const { code, message, position } = body.error ?? {}
  return new ApiError(
    response.status,
    code ?? `http-${response.status}`,
    message ?? response.statusText,
    position,
  )
}

type Method = "GET" | "POST" | "PATCH" | "DELETE"
interface CallOptions {
  readonly body?: unknown
  readonly signal?: AbortSignal
  readonly keepalive?: boolean
}

/** A document with the place in the journal that it is as of: every change up to `seq` is in it. */
export interface AsOf<T> {
  readonly document: T
  readonly seq: number
}

const answered = new Set<(seq: number) => void>()
/** Calls back for each answer that says what it is as of. */
export const onAnswer = (listener: (seq: number) => void) => void answered.add(listener)

const seqOf = (response: Response): number => {
  const written = response.headers.get("linkseal-seq")
  const seq = written === null ? Number.NaN : Number(written)
  if (!Number.isInteger(seq)) return Number.POSITIVE_INFINITY
  for (const listener of answered) listener(seq)
  return seq
}

/** As `api`, with what the answer is as of; an answer that does not say so counts as newer than any change. */
export const apiAsOf = async <T>(
  method: Method,
  path: string,
  options: CallOptions = {},
): Promise<AsOf<T>> => {
  const init: RequestInit = { method, headers: { accept: "application/json" } }
  if (options.body !== undefined) {
    init.headers = { ...init.headers, "content-type": "application/json" }
    init.body = JSON.stringify(options.body)
  }
  if (options.signal !== undefined) init.signal = options.signal
  if (options.keepalive !== undefined) init.keepalive = options.keepalive
  const response = await fetch(`/api/v1${path}`, init).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause
    throw new ApiError(0, "offline", "the daemon does not answer")
  })
  if (response.status === 401) locked.set(true)
  if (!response.ok) throw await refusalOf(response)
  const seq = seqOf(response)
  const document = response.status === 204 ? (undefined as T) : ((await response.json()) as T)
  return { document, seq }
}

/** Resolves with the JSON document, or rejects with an `ApiError`; an aborted call rejects with the abort. */
export const api = async <T>(method: Method, path: string, options: CallOptions = {}): Promise<T> =>
  (await apiAsOf<T>(method, path, options)).document

export const isAbort = (cause: unknown): boolean =>
  cause instanceof DOMException && cause.name === "AbortError"

/** `{a: 1, b: ["x", "y"], c: undefined}` as `?a=1&b=x&b=y`. */
export const queryString = (
  parameters: Readonly<Record<string, string | number | ReadonlyArray<string> | undefined>>,
): string => {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined || value === "") continue
    if (Array.isArray(value)) for (const item of value) search.append(key, item)
    else search.set(key, String(value))
  }
  const text = search.toString()
  return text === "" ? "" : `?${text}`
}
