/**
 * Tells the browser the encoding of documents that do not name one. Without it Chromium takes Western European, and
 * a page in UTF-8 comes out as noise. Chromium looks at a changed header only when it is given the body anew as well,
 * so a document whose end never comes is not for this; the probe says when it is needed.
 */
import type { CDPSession } from "playwright"

/** What describes the bytes on the wire and not the body we hand over. */
const ofTheWire = /^(content-length|content-encoding|transfer-encoding|content-type)$/i

export const assumeCharset = async (cdp: CDPSession, charset: string): Promise<void> => {
  cdp.on("Fetch.requestPaused", (event) => {
    const { requestId, responseHeaders: headers = [], responseStatusCode: responseCode } = event
    const type = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? ""
    const silent = /^text\/html\s*;?\s*$/i.test(type)
    const isRedirect = responseCode === undefined || (responseCode >= 300 && responseCode < 400)
    const answer = async () => {
      if (!silent || isRedirect) return void (await cdp.send("Fetch.continueResponse", { requestId }))
      const { base64Encoded, body } = await cdp.send("Fetch.getResponseBody", { requestId })
      const responseHeaders = [
        ...headers.filter(({ name }) => !ofTheWire.test(name)),
        { name: "Content-Type", value: `text/html; charset=${charset}` },
      ]
      const bytes = base64Encoded ? body : Buffer.from(body).toString("base64")
      await cdp.send("Fetch.fulfillRequest", { requestId, responseCode, responseHeaders, body: bytes })
    }
    // A page that is closed meanwhile has nothing left to answer; one that is not gets its answer from the network.
    void answer().catch(() => cdp.send("Fetch.continueResponse", { requestId }).catch(() => undefined))
  })
  await cdp.send("Fetch.enable", { patterns: [{ resourceType: "Document", requestStage: "Response" }] })
}
