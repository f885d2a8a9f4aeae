/**
 * May a capture talk to this address? Pure. Only what `ipaddr.js` calls `unicast` passes, because lists of what is
 * forbidden rot; every address a name resolves to has to pass, because the first good one proves nothing.
 */
import ipaddr from "ipaddr.js"
import { allowsAddress, allowsHost, type AllowList } from "./AllowList.ts"

const globalIPv6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3]

/** Ports of protocols that can be tricked by what a browser sends: the mail, chat and file ones of the Fetch standard. */
const refusedPorts: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/** Null when all may pass, else the reason as a sentence for the user. */
export const judge = (
  allow: AllowList,
  host: string,
  port: number,
  addresses: ReadonlyArray<string>,
): string | null => {
  if (allowsHost(allow, host, port)) return null
  for (const address of addresses) {
    const reason = judgeAddress(allow, host, port, address)
    if (reason !== null) return reason
  }
  return null
}

const judgeAddress = (allow: AllowList, host: string, port: number, text: string): string | null => {
  if (!ipaddr.isValid(text)) return `${host} has the unreadable address ${text}.`
  const address = ipaddr.parse(text)
  if (allowsAddress(allow, address, port)) return null
  const range = address.range()
  const isPublic =
    range === "unicast" && (address.kind() === "ipv4" || (address as ipaddr.IPv6).match(...globalIPv6))
  if (isPublic) return refusedPorts.has(port) ? `port ${port} of ${host} is not a web port.` : null
  const what = text === host ? text : `${host} (${text})`
  return `${what} is not a public address but ${rangeWords(range)}: allow it with --allow-host ${host}:${port} if that is meant.`
}

const rangeWords = (range: string): string =>
  (
    ({
      loopback: "this machine itself",
      private: "in a private network",
      linkLocal: "link-local, where clouds keep their secrets",
      uniqueLocal: "in a private network",
      unspecified: "the unspecified address",
      carrierGradeNat: "behind a carrier's NAT",
      ipv4Mapped: "an IPv4 address in disguise",
      rfc6052: "an IPv4 address in disguise",
      "6to4": "an IPv4 address in disguise",
      teredo: "an IPv4 address in disguise",
    }) as Record<string, string>
  )[range] ?? "reserved"
