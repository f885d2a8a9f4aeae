/**
 * What a failed capture means, in the reader's language, by the daemon's stable codes. The daemon's own sentence is
 * English and only shown where it tells more than the code does.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"

const words: Readonly<Record<string, MessageDescriptor>> = {
  "bad-url": msg`not a usable address`,
  "blocked-address": msg`address not public`,
  "unknown-host": msg`unknown host`,
  "connection-refused": msg`connection refused`,
  "connection-reset": msg`connection broken off`,
  unreachable: msg`cannot be reached`,
  timeout: msg`took too long`,
  "too-large": msg`too big`,
  "too-many-redirects": msg`too many redirects`,
  "tls-error": msg`certificate not valid`,
  "bad-response": msg`answer cannot be read`,
  "not-a-page": msg`nothing to capture`,
  "page-crashed": msg`the page crashed`,
  "browser-crashed": msg`the browser crashed`,
  "no-browser": msg`no browser`,
  "bad-settings": msg`settings are wrong`,
  "archive-error": msg`the archive cannot be written`,
  "internal-error": msg`internal error`,
  "http-401": msg`login needed (401)`,
  "http-403": msg`forbidden (403)`,
  "http-404": msg`not found (404)`,
  "http-410": msg`gone (410)`,
  "http-429": msg`too many requests (429)`,
  "http-500": msg`server error (500)`,
  "http-502": msg`server error (502)`,
  "http-503": msg`not available (503)`,
}

const sentences: Readonly<Record<string, MessageDescriptor>> = {
  "bad-url": msg`Check how the address is written.`,
  "blocked-address": msg`The address leads into a private network, so it was not opened.`,
  "unknown-host": msg`There is no such host: check the address, or the network of this machine.`,
  "connection-refused": msg`Nothing listens there now.`,
  "connection-reset": msg`The site broke off the connection.`,
  unreachable: msg`The site cannot be reached from this machine: check the network.`,
  timeout: msg`The site did not answer in time.`,
  "too-large": msg`It is bigger than the settings allow.`,
  "too-many-redirects": msg`The site redirects in a circle: check the address, or give cookies for the host.`,
  "tls-error": msg`Open the address in a browser to see what is wrong with the certificate.`,
  "bad-response": msg`The site sent an answer that cannot be read.`,
  "not-a-page": msg`The address gives neither a page nor a file.`,
  "page-crashed": msg`The page used more than the browser could give it.`,
  "browser-crashed": msg`The browser ended in the middle of the capture.`,
  "no-browser": msg`Install Chromium, or name it in LINKSEAL_CHROMIUM.`,
  "bad-settings": msg`A setting for this site cannot be used: correct the settings.`,
  "archive-error": msg`Check the room on the disk and the rights of the data folder.`,
  "internal-error": msg`That is a fault of Linkseal itself: its log tells more.`,
}

/** The daemon's sentence names what the code cannot: the setting, the size, the file. */
const tellsMore: ReadonlySet<string> = new Set([
  "bad-url",
  "blocked-address",
  "too-large",
  "bad-response",
  "not-a-page",
  "bad-settings",
  "archive-error",
  "internal-error",
])

const statusOf = (code: string): number => Number(/^http-(\d{3})$/.exec(code)?.[1] ?? 0)

const sentenceOfStatus = (status: number): MessageDescriptor => {
  if (status === 401 || status === 403)
    return msg`The site refuses to show the page: it may need a login. Give cookies or headers for the host in the settings.`
  if (status === 404 || status === 410) return msg`The site says the page does not exist: check the address.`
  if (status === 429) return msg`The site asks to slow down.`
  if (status >= 500) return msg`The site has an error of its own.`
  return msg`The site refused the request: check the address.`
}

/** A few words; the bare code, or the HTTP status, where there are none. */
export const failureWord = (code: string, say: (text: MessageDescriptor) => string): string => {
  const word = words[code]
  if (word !== undefined) return say(word)
  const status = statusOf(code)
  return status > 0 ? `HTTP ${status}` : code
}

/** One sentence to act on, or null for a code the page does not know. */
export const failureSentence = (code: string): MessageDescriptor | null => {
  const status = statusOf(code)
  return status > 0 ? sentenceOfStatus(status) : (sentences[code] ?? null)
}

/** Whether the daemon's English sentence belongs beside ours. */
export const needsDetail = (code: string): boolean => tellsMore.has(code) || failureSentence(code) === null
