/**
 * Logins in addresses (`http://user:password@host/`): refused, for an address is shown, logged and exported, and a
 * password must be in none of that. Pure, and imports next to nothing: the command uses it too.
 */
import { withoutUserinfo } from "../capture/userinfo.ts"
import { parseUrl } from "../parseUrl.ts"

/** Does the address carry a user or a password? False for a text that is no address. */
export const hasLogin = (text: string): boolean => {
  const url = parseUrl(text.trim())
  return url !== null && (url.username !== "" || url.password !== "")
}

/** The text as it may be shown: what stands where a login does is left out. */
export const withoutLogin = (text: string): string => {
  if (!hasLogin(text)) return text.replace(/([/\\]{2})[^/\\?#]*@/, "$1")
  return withoutUserinfo(text.trim())
}

export const loginRefused = (text: string): string =>
  `the address ${withoutLogin(text.trim())} was given with a login: put the login into the settings (capture.headers or cookiesFile), not into the address`
