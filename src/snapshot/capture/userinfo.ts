/** Where a redirect leads may carry a login; what is kept, shown and logged of an address never does. */
import { parseUrl } from "../parseUrl.ts"

/**
 * A value from inside a page at this address: when the address carries a login, every relative address in it, made
 * absolute, carries it too; all of them are without it in what this gives.
 */
export const withoutUserinfoOf = <A>(pageUrl: string, value: A): A => {
  const bare = withoutUserinfo(pageUrl)
  if (bare === pageUrl) return value
  const { host, protocol } = new URL(bare)
  const login = pageUrl.slice(0, pageUrl.indexOf(`@${host}`) + 1)
  return JSON.parse(JSON.stringify(value).replaceAll(login, `${protocol}//`)) as A
}

/** The address without user and password; a text that is no address stays as it is. */
export const withoutUserinfo = (text: string): string => {
  const url = parseUrl(text)
  if (url === null || (url.username === "" && url.password === "")) return text
  url.username = ""
  url.password = ""
  return url.href
}
