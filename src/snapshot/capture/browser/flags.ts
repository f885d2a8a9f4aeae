/**
 * How Chromium is started, beyond what Playwright does. Each flag closes a way around the guard, or saves time.
 */
export const browserFlags: ReadonlyArray<string> = [
  // Requests to loopback would go around the proxy otherwise.
  "--proxy-bypass-list=<-loopback>",
  // UDP does not go through the proxy.
  "--disable-quic",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--webrtc-ip-handling-policy=disable_non_proxied_udp",
  // The proxy resolves names; the browser must not, not even to warm up (dns-prefetch).
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  "--dns-prefetch-disable",
  "--no-pings",
  "--disable-domain-reliability",
  "--disable-client-side-phishing-detection",
  "--no-service-autorun",
  // One renderer per capture: frames of other sites are in the same recording and the same tree. Captures do not
  // share a renderer, for each has a context of its own.
  "--disable-site-isolation-trials",
  "--disable-notifications",
  "--deny-permission-prompts",
  "--disable-print-preview",
  "--autoplay-policy=user-gesture-required",
]

/** Where requests go that belong to no capture, such as the browser's own: nowhere. */
export const deadProxy = "http://127.0.0.1:9"

/** Chromium cannot build its sandbox as root. */
export const useSandbox = (uid: number | undefined): boolean => uid !== 0

/** The browser's own user agent without the word that some sites turn away. */
export const plainUserAgent = (version: string): string => {
  const major = version.split(".")[0] ?? "140"
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`
}

/** What the browser says of itself beside its user agent, where the same word stands again; nothing for another's. */
export const clientHints = (version: string, own: boolean) => ({
  brands: own ? brandsOf(version.split(".")[0] ?? "140") : [],
  fullVersionList: own ? brandsOf(version) : [],
  platform: "Linux",
  platformVersion: "",
  architecture: "x86",
  bitness: "64",
  model: "",
  mobile: false,
})

const brandsOf = (version: string) => [
  { brand: "Not:A-Brand", version: "8" },
  { brand: "Chromium", version },
]
