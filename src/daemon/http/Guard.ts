/**
 * Who may speak to the daemon, decided from four facts of a request before anything else looks at it. Pure, so that
 * the whole matrix of hosts, origins and tokens is one test.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { pushPath } from "../api/links.ts"
import { Problem } from "../api/Problem.ts"

export interface GuardSettings {
  readonly port: number
  /** The daemon listens beyond loopback, by explicit wish: addresses (never names) of this machine are ours too. */
  readonly public: boolean
  readonly token: string
}

/** What the guard looks at; header values as they came, undefined when missing. */
export interface Facts {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  readonly cookieToken: string | undefined
}

const reading = new Set(["GET", "HEAD", "OPTIONS"])
const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"])
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/

/** Paths that hold nothing of the user's: they need no token. */
const open = (path: string) =>
  path === "/api/v1/health" ||
  path === "/api/openapi.json" ||
  path === "/api/docs" ||
  !(path.startsWith("/api/") || path === "/api" || path === "/metrics")

/** Is this host name ours? Names other than `localhost` never are: that is what stops DNS rebinding. */
export const isOurHostName = (name: string, isPublic: boolean): boolean =>
  loopbackNames.has(name) || (isPublic && address.test(name))

/** The port is null when none is written. */
const splitAuthority = (authority: string): { readonly name: string; readonly port: number | null } => {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority.toLowerCase())
  return { name: match?.[1] ?? "", port: match?.[2] === undefined ? null : Number(match[2]) }
}

/**
 * Our name, with our port or none. Beyond loopback another port may lead here, as a container's does; on loopback it
 * is another program's.
 */
const isOurHost = (authority: string | undefined, settings: GuardSettings): boolean => {
  if (authority === undefined) return false
  const { name, port } = splitAuthority(authority)
  return isOurHostName(name, settings.public) && (port === null || port === settings.port || settings.public)
}

/** Our own address, or the very one that was asked; another port of this machine is foreign. */
const isOurOrigin = (origin: string, host: string | undefined, settings: GuardSettings): boolean => {
  if (!origin.startsWith("http://")) return false
  const authority = origin.slice("http://".length)
  const { name, port } = splitAuthority(authority)
  const isAsked = authority === host?.toLowerCase()
  return isOurHostName(name, settings.public) && ((port ?? 80) === settings.port || isAsked)
}

const digest = (text: string) => createHash("sha256").update(text).digest()

/** Compared in constant time, whatever the lengths. */
export const sameToken = (given: string, token: string): boolean =>
  timingSafeEqual(digest(given), digest(token))

const bearer = (authorization: string | undefined) => /^Bearer +(\S+)\s*$/i.exec(authorization ?? "")?.[1]

const misdirected = new Problem({
  status: 421,
  code: "foreign-host",
  message:
    "this daemon answers to 127.0.0.1 and localhost with its own port only: use the address it printed",
})

const foreignOrigin = new Problem({
  status: 403,
  code: "foreign-origin",
  message: "this request comes from a page that is not the daemon's own",
})

const noToken = new Problem({
  status: 401,
  code: "no-token",
  message:
    "send Authorization: Bearer TOKEN (the content of <home>/token), or open the address the daemon printed",
})

const isPushFromExtension = ({ method, origin, path }: Facts): boolean =>
  method === "POST" &&
  path === pushPath &&
  /^(chrome-extension|moz-extension|safari-web-extension):\/\/[\w-]+$/i.test(origin ?? "")

/** The reason to refuse, or undefined: let it through. */
export const judge = (facts: Facts, settings: GuardSettings): Problem | undefined => {
  if (!isOurHost(facts.host, settings)) return misdirected
  if (facts.origin !== undefined && isPushFromExtension(facts)) {
    // An extension has the token because the user gave it that; its origin is no page's.
    return sameToken(bearer(facts.authorization) ?? "", settings.token) ? undefined : noToken
  }
  if (facts.origin !== undefined && !isOurOrigin(facts.origin, facts.host, settings)) return foreignOrigin
  if (open(facts.path)) return undefined
  const given = bearer(facts.authorization)
  if (given !== undefined) return sameToken(given, settings.token) ? undefined : noToken
  if (facts.cookieToken === undefined || !sameToken(facts.cookieToken, settings.token)) return noToken
  // A cookie is sent by the browser, not by the page: only our own page may change anything with it.
  return reading.has(facts.method) || facts.origin !== undefined ? undefined : foreignOrigin
}

/** Cookies are shared between the ports of a host: the port is part of the name. */
export const cookieName = (port: number) => `linkseal_${port}`
