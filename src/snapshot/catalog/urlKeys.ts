/**
 * The keys by which addresses are the same (`urlKey`), alike (`likeKey`), or of one site (`hostKey`). Pure. Only the
 * first ever merges anything by itself.
 */
import { parseUrl } from "../parseUrl.ts"

/** Added by campaigns and share buttons; never part of what is addressed. */
const tracking =
  /^(utm_[a-z_]+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_enc_id|oly_anon_id|spm|scm|share_token|share_source|ref_src|ref_url|_openstat|wt_mc|wt_zmc|pk_campaign|pk_kwd|pk_source|pk_medium|piwik_campaign|mtm_[a-z]+|s_cid|cmpid|__twitter_impression|sharer_sharetime|sharer_shareid)$/i

/** The address as the URL standard writes it; `undefined` when it is not an http or https address. */
export const urlKey = (address: string): string | undefined => {
  const url = parseUrl(address)
  return url?.protocol === "http:" || url?.protocol === "https:" ? url.href : undefined
}

/**
 * Equal for addresses that differ in scheme, `www.`, the dot of a full host name, trailing slash, case of percent-encoding,
 * tracking parameters or fragment. A fragment
 * that is a route of the page's own (`#/`, `#!`) counts as a part of the address.
 */
export const likeKey = (address: string): string => {
  const url = parseUrl(address)
  if (url === null) return address
  const query = url.search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "" && !tracking.test(pair.split("=", 1)[0]!))
    .join("&")
  const host = url.host
    .replace(/^www\.(?=[^.]+\.)/, "")
    .replace(/:(80|443)$/, "")
    .replace(/\.(?=:|$)/, "")
  const route = /^#[!/]/.test(url.hash) ? url.hash : ""
  const path = `${url.pathname.replace(/\/+$/, "")}${query === "" ? "" : `?${query}`}${route}`
  return `${host}${path.replace(/%[\da-f]{2}/gi, (octet) => octet.toUpperCase())}`
}

const isAddress = (host: string) => /^[\d.]+$/.test(host) || host.startsWith("[")

/** The host's labels from the right, each ended by a dot: `https://en.example.org:81/` is `org.example.en.`. */
export const hostKey = (address: string): string => {
  const url = parseUrl(address)
  if (url === null) return ""
  const host = url.hostname.replace(/\.$/, "")
  return isAddress(host) ? `${host}.` : `${host.split(".").reverse().join(".")}.`
}

/** The key of a site as a person writes it (`LWN.net`, `例子.cn`, a whole address); matches its subdomains by prefix. */
export const siteKey = (site: string): string => {
  const bare = site
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^www\./i, "")
    .replace(/^\*?\./, "")
  return hostKey(`http://${bare}`)
}
