/** A page that a user's browser saved, opened under its own address with nothing else to be had. */
import type { Page } from "playwright"

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** The first document that is asked for is these bytes; every other request fails. Call before opening. */
export const serveOnly = async (page: Page, html: Uint8Array): Promise<void> => {
  // What is no UTF-8 has to say itself what it is.
  const contentType = isUtf8(html) ? "text/html; charset=utf-8" : "text/html"
  let served = false
  await page.context().route("**/*", (route, request) => {
    if (!request.isNavigationRequest()) return route.abort("blockedbyclient")
    // A refresh that leads elsewhere, or round in circles: a navigation that is aborted leaves the page as it is.
    if (served || request.frame() !== page.mainFrame()) return route.abort("aborted")
    served = true
    return route.fulfill({ status: 200, contentType, body: Buffer.from(html) })
  })
}
