/**
 * Why a part of a version is not there, in the reader's language. The daemon gives no codes for these: its known texts
 * are translated, any other is shown as it is.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"

const known: Readonly<Record<string, MessageDescriptor>> = {
  "left out by the settings": msg`left out by the settings`,
  "the link is a page": msg`the link is a page, not a file`,
  "the link is a file": msg`the link is a file, not a page`,
  "the link is a file without a picture": msg`the link is a file without a picture`,
  "the file holds no text that can be read": msg`the file holds no text that can be read`,
  "the page came from a browser as one file: nothing was loaded": msg`the page came from a browser as one file: nothing was loaded`,
  "the page could not be read": msg`the page could not be read`,
  "the page has no text": msg`the page has no text`,
  "no article was found on the page": msg`no article was found on the page`,
  "the site has no icon": msg`the site has no icon`,
  "there is no screenshot to make it from": msg`there is no picture to make it from`,
  "the capture ended before it": msg`the capture ended before it`,
  "the capture's whole time was used up before it was ready": msg`the capture's whole time was used up before it was ready`,
}

/** Known texts that go on with a detail after a colon. */
const begun: Readonly<Record<string, MessageDescriptor>> = {
  "the PDF cannot be written": msg`the PDF cannot be written`,
  "the article could not be written": msg`the article could not be written`,
  "the page could not be written": msg`the page could not be written`,
  "the picture cannot be read": msg`the picture cannot be read`,
  "the picture's tiles cannot be joined": msg`the parts of the picture cannot be joined`,
  "there is no room for it": msg`there is no room for it`,
}

/** The reason in words; `detail` is English and stays so. */
export const reasonOf = (
  reason: string,
): { readonly text: MessageDescriptor | null; readonly detail: string } => {
  const whole = known[reason]
  if (whole !== undefined) return { text: whole, detail: "" }
  const late = /^it was not ready after ([\d.]+) s$/.exec(reason)?.[1]
  if (late !== undefined) return { text: msg`not ready after ${late} s`, detail: "" }
  const colon = reason.indexOf(": ")
  const start = colon < 0 ? undefined : begun[reason.slice(0, colon)]
  return start === undefined
    ? { text: null, detail: reason }
    : { text: start, detail: reason.slice(colon + 2) }
}

export const reasonWord = (reason: string, say: (text: MessageDescriptor) => string): string => {
  const { text, detail } = reasonOf(reason)
  return text === null ? detail : detail === "" ? say(text) : `${say(text)} (${detail})`
}
