/**
 * Hosts of advertising and measurement, for captures whose settings leave them out. The list is that of third-party-web,
 * which is kept from the HTTP Archive and comes with the package: nothing is fetched. A site's own hosts are never on it.
 */
import * as Effect from "effect/Effect"
import { parseUrl } from "../../parseUrl.ts"

const leftOut: ReadonlySet<string> = new Set(["ad", "analytics", "tag-manager"])

interface Owner {
  readonly name: string
  readonly isLeftOut: boolean
}

interface HostList {
  /** By host, or by `*.domain` for the domain and all under it. */
  readonly owners: ReadonlyMap<string, Owner>
}

const load = Effect.promise(async (): Promise<HostList> => {
  const { entities } = (await import("third-party-web/nostats-subset.js")).default
  const owners = new Map<string, Owner>()
  for (const { categories, domains, name } of entities) {
    const owner = { name, isLeftOut: categories.some((category) => leftOut.has(category)) }
    for (const domain of domains) owners.set(domain, owner)
  }
  return { owners }
})

const ownerOf = ({ owners }: HostList, host: string): Owner | undefined => {
  const exact = owners.get(host)
  if (exact !== undefined) return exact
  for (let domain = host; domain.includes("."); domain = domain.slice(domain.indexOf(".") + 1)) {
    const found = owners.get(`*.${domain}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Tells hosts to leave out from the others, for a page with these addresses. Hosts in lower case. */
export const adHosts = (pageUrls: ReadonlyArray<string>): Effect.Effect<(host: string) => boolean> =>
  Effect.map(load, (list) => {
    const own = pageUrls.flatMap((url) => parseUrl(url)?.hostname ?? [])
    const ownNames = new Set(
      own.map((host) => ownerOf(list, host)?.name).filter((name) => name !== undefined),
    )
    return (host) => {
      const owner = ownerOf(list, host)
      return owner?.isLeftOut === true && !ownNames.has(owner.name) && !own.includes(host)
    }
  })
