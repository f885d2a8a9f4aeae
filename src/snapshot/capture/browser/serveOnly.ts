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

/** The window's own document is answered with these bytes; every other request fails. Call before opening. */
export const serveOnly = async (page: Page, html: Uint8Array): Promise<void> => {
  // What is no UTF-8 has to say itself what it is.
  const contentType = isUtf8(html) ? "text/html; charset=utf-8" : "text/html"
  await page.context().route("**/*", (route, request) => {
    const isDocument = request.isNavigationRequest() && request.frame() === page.mainFrame()
    return isDocument
      ? route.fulfill({ status: 200, contentType, body: Buffer.from(html) })
      : route.abort("blockedbyclient")
  })
}
