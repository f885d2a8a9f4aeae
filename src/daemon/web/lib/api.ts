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

/** Resolves with the JSON document, or rejects with an `ApiError`; an aborted call rejects with the abort. */
export const api = async <T>(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal; readonly keepalive?: boolean } = {},
): Promise<T> => {
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
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
}

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
