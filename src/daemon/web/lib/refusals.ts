/**
 * What the daemon refused, in the reader's language. Its sentences are English: those that come often are known here and
 * said whole; of the others the code is said, and the sentence follows as it is. An English reader gets the sentence.
 */
import { i18n, type MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { ApiError } from "./api.ts"
import { sentenceOf, type Sentences } from "./sentences.ts"

/** Whole sentences: names and numbers in them stay as they are. */
const sentences: Sentences = [
  [
    /^sector (\d+) is in (\w+), which does not take (\w+)\. It takes (.+)$/,
    ([, sector, state, event, taken]) =>
      msg`sector ${sector} is in ${state}, which does not take ${event}. It takes ${taken}`,
  ],
  [
    /^sector (\d+) is (\w+): only one that waits for deals can be packed by hand$/,
    ([, sector, state]) =>
      msg`sector ${sector} is ${state}: only one that waits for deals can be packed by hand`,
  ],
  [
    /^sector (\d+) cannot be marked for upgrade: it is (\w+), not Proving$/,
    ([, sector, state]) => msg`sector ${sector} cannot be marked for upgrade: it is ${state}, not Proving`,
  ],
  [
    /^sector (\d+) cannot be marked for upgrade: it has a deal$/,
    ([, sector]) => msg`sector ${sector} cannot be marked for upgrade: it has a deal`,
  ],
  [
    /^sector (\d+) cannot be marked for upgrade: it is marked already$/,
    ([, sector]) => msg`sector ${sector} cannot be marked for upgrade: it is marked already`,
  ],
  [/^no sector (\d+)$/, ([, sector]) => msg`there is no sector ${sector}`],
  [/^no link (\S+)$/, () => msg`this link is not there any more`],
  [/^no tag (.+)$/, ([, tag]) => msg`there is no tag ${tag}`],
  [/^no version (\d+) of link /, ([, version]) => msg`there is no version ${version}`],
  [
    /^link \S+ is (\w+): cannot (\w+)$/,
    ([, state, verb]) => msg`the link is ${state} just now, which does not allow this (${verb})`,
  ],
  [/^a quote is (?:opened and )?not closed$/, () => msg`a quote is not closed`],
  [/^a bracket is opened and not closed$/, () => msg`a bracket is not closed`],
  [/^(.+) is not an http or https address$/, ([, text]) => msg`${text} is not an http or https address`],
  [/^the daemon does not answer$/, () => msg`the daemon does not answer`],
  [/^comparing the versions took too long$/, () => msg`comparing the versions took too long`],
]

const codes: Readonly<Record<string, MessageDescriptor>> = {
  "bad-request": msg`the request could not be understood`,
  "cannot-compare": msg`these versions cannot be compared`,
  "clock-refused": msg`the clock cannot be set so`,
  "disk-full": msg`the disk of the data folder is full: free some space and try again`,
  "foreign-host": msg`the page was opened under a name that is not the daemon's`,
  "foreign-origin": msg`the request came from another page`,
  internal: msg`that is a fault of Linkseal itself: its log tells more`,
  "mailbox-full": msg`too many events wait for this sector already`,
  "no-token": msg`this browser has no token for the daemon`,
  "not-created": msg`the sector could not be created`,
  "not-in-this-state": msg`its state does not allow this now`,
  offline: msg`the daemon does not answer`,
  parked: msg`this sector stands still until it is restarted`,
  "piece-not-added": msg`the piece was not taken`,
  "stands-still": msg`this link waits until its data can be written again; try again in a moment`,
  terminated: msg`this sector has come to its end`,
  "too-big": msg`what was sent is too big`,
  "too-many-sectors": msg`as many sectors as are allowed are being sealed already`,
  unavailable: msg`the daemon is restarting`,
  "unknown-event": msg`there is no such event`,
  "unknown-field": msg`the daemon does not know a field of this request: reload the page`,
  "unknown-state": msg`there is no such state`,
  "wrong-value": msg`this value does not fit`,
}

export interface Refusal {
  /** In the reader's language; null when only the daemon's sentence is there. */
  readonly text: MessageDescriptor | null
  /** The daemon's own sentence, English; empty when the text says all of it. */
  readonly detail: string
}

export const refusalOf = (cause: unknown): Refusal => {
  const detail = cause instanceof Error ? cause.message : String(cause)
  const sentence = sentenceOf(sentences, detail)
  if (sentence !== null) return { text: sentence, detail: "" }
  const text = cause instanceof ApiError ? codes[cause.code] : undefined
  const enough = cause instanceof ApiError && (cause.code === "offline" || cause.code === "unavailable")
  if (i18n.locale === "en" && !enough) return { text: null, detail }
  return { text: text ?? null, detail: enough ? "" : detail }
}
