/**
 * The hosts, addresses and networks that the guard lets through although they are not public. An entry may name a
 * port; without one it stands for every port. Pure: text in, a judge out.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import ipaddr from "ipaddr.js"

export class BadAllowEntry extends Data.TaggedError("BadAllowEntry")<{ readonly entry: string }> {
  override get message() {
    return `"${this.entry}" is not a host, an IP address or a network like 192.168.0.0/16, each with an optional :port`
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

interface Entry {
  readonly host: string | null
  readonly network: readonly [Address, number] | null
  readonly port: number | null
}

export interface AllowList {
  readonly entries: ReadonlyArray<Entry>
}

/** Takes entries one by one or comma-separated; blank ones are left out. */
export const parseAllowList = (texts: ReadonlyArray<string>): Either.Either<AllowList, BadAllowEntry> => {
  const entries: Array<Entry> = []
  const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim())
  for (const part of parts) {
    if (part === "") continue
    const entry = parseEntry(part)
    if (entry === null) return Either.left(new BadAllowEntry({ entry: part }))
    entries.push(entry)
  }
  return Either.right({ entries })
}

const parseEntry = (text: string): Entry | null => {
  const { body, port } = splitPort(text)
  if (port === "bad") return null
  const network = parseNetwork(body)
  if (network !== null) return { host: null, network, port }
  const host = normaliseHost(body)
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host) ? { host, network: null, port } : null
}

const splitPort = (text: string): { body: string; port: number | null | "bad" } => {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null) return { body: bracketed[1]!, port: parsePort(bracketed[2]) }
  const colons = text.split(":").length - 1
  // More than one colon without brackets is an IPv6 address, which then has no port.
  if (colons !== 1) return { body: text, port: null }
  const [body, port] = text.split(":") as [string, string]
  return { body, port: parsePort(port, true) }
}

const parsePort = (text: string | undefined, required = false): number | null | "bad" => {
  if (text === undefined || (text === "" && !required)) return null
  const port = Number(text)
  return /^\d+$/.test(text) && port >= 1 && port <= 65535 ? port : "bad"
}

const parseNetwork = (text: string): readonly [Address, number] | null => {
  const [base, bits, ...rest] = text.split("/")
  if (rest.length > 0 || base === undefined) return null
  const isFourPart = ipaddr.IPv4.isValidFourPartDecimal(base)
  if (!isFourPart && !ipaddr.IPv6.isValid(base)) return null
  const address = ipaddr.process(base)
  const width = address.kind() === "ipv4" ? 32 : 128
  if (bits === undefined) return [address, width]
  return /^\d+$/.test(bits) && Number(bits) <= width ? [address, Number(bits)] : null
}

/** Lower case, without the trailing dot of a fully qualified name. */
export const normaliseHost = (host: string): string => host.toLowerCase().replace(/\.$/, "")

export const allowsHost = (list: AllowList, host: string, port: number): boolean =>
  list.entries.some(
    (entry) => entry.host === normaliseHost(host) && (entry.port === null || entry.port === port),
  )

export const allowsAddress = (list: AllowList, address: Address, port: number): boolean =>
  list.entries.some((entry) => {
    if (entry.network === null || (entry.port !== null && entry.port !== port)) return false
    const [base, bits] = entry.network
    return base.kind() === address.kind() && address.match(base, bits)
  })
