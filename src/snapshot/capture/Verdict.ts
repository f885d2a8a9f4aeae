/**
 * Is what was captured what the user wanted? Pure: evidence in, verdict out. Each rule needs two signs that agree, for
 * a page about cookie walls is not a cookie wall; a doubt is shown to the user and never throws a capture away.
 */
import type { DoubtReason, Verdict } from "../Snapshot.ts"
import { parseUrl } from "../parseUrl.ts"
import * as words from "./verdictWords.ts"

export interface Evidence {
  readonly requestedUrl: string
  readonly finalUrl: string
  readonly httpStatus: number
  readonly title: string
  readonly headings: ReadonlyArray<string>
  readonly text: string
  /** Loaded pictures larger than an icon, and drawings. */
  readonly pictures: number
  /** Characters of the text that are links. */
  readonly linkText: number
  /** Fields to type into, passwords included. */
  readonly fields: number
  /** There are scripts that could have shown more. */
  readonly scripted: boolean
  readonly passwordFields: number
  readonly frameUrls: ReadonlyArray<string>
  /** What still lies over the first screen after consent was answered: its share (0 to 1) and text. */
  readonly overlay: { readonly share: number; readonly text: string } | null
  /** Characters of text in the last good version; null when there is none. */
  readonly previousTextLength: number | null
}

export const judgeCapture = (evidence: Evidence): Verdict => {
  const reasons = rules.filter(([, holds]) => holds(evidence)).map(([reason]) => reason)
  return reasons.length === 0 ? { kind: "good", reasons: [] } : { kind: "doubtful", reasons }
}

/** Characters below which a page has no content of its own beside a form or a notice. */
const littleText = 1_500
/** Characters that a form and what goes with it have. */
const shortText = 500
/** Characters below which a sentence that machines write is the page's own, and not quoted by it. */
const noticeText = 800
const compact = (text: string) => text.replace(/\s+/g, " ").trim()
const headline = (e: Evidence) => compact([e.title, ...e.headings].join(" | "))

/** Titles often carry the name of the site. */
const partsOf = (title: string) => [title, ...title.split(/\s[-–—|·•:_]+\s/)]
const withoutMarks = (text: string) => compact(text).replace(/[.!…。！]+$/, "")

/** Is the title, or a headline, but such a notice? */
const isHeaded = (e: Evidence, notice: RegExp): boolean =>
  [...partsOf(e.title), ...e.headings].some((part) => notice.test(withoutMarks(part)))

/** Does the page itself say it? What stands in quotation marks is spoken of. */
const says = (text: string, sentence: RegExp): boolean => {
  const found = sentence.exec(text)
  return found !== null && !/["“”„«‘「『《][^"“”„«»‘’「」『』《》]{0,60}$/.test(text.slice(0, found.index))
}

const isConsentWall = (e: Evidence): boolean => {
  const over = e.overlay
  if (
    over !== null &&
    over.share >= 0.3 &&
    words.consentTopic.test(over.text) &&
    words.consentVerb.test(over.text)
  )
    return true
  const text = compact(e.text)
  const host =
    /(^|\.)(consent|privacy|cookie)[.-]/i.test(hostOf(e.finalUrl)) ||
    /\/(consent|cookie-?wall)\b/i.test(e.finalUrl)
  const alone = text.length < littleText && e.pictures <= 1
  const isTopic =
    words.consentTopic.test(headline(e)) ||
    (text.match(new RegExp(words.consentTopic, "gi"))?.length ?? 0) >= 3 ||
    (words.consentTopic.test(text) && isHeaded(e, words.consentNotice))
  return (host || alone) && isTopic && words.consentVerb.test(text)
}

const isLoginWall = (e: Evidence): boolean => {
  const text = compact(e.text)
  const over = e.overlay
  if (over !== null && over.share >= 0.3 && words.loginWords.test(over.text) && e.passwordFields > 0)
    return true
  const moved = pathOf(e.requestedUrl) !== pathOf(e.finalUrl)
  const askedForIt = /log-?in|sign-?in|auth|sso|account/i.test(pathOf(e.requestedUrl))
  const address =
    /\/(log-?in|sign-?in|signon|auth|sso|accounts?\/login|passport)\b|[?&](next|return_?to|redirect(_uri)?)=/i
  // A form above a text of its own does not keep anybody from reading it.
  const isForm = text.length < shortText || e.headings.every((heading) => words.loginWords.test(heading))
  const asks =
    words.loginWords.test(e.title) ||
    (isForm && words.loginWords.test(headline(e))) ||
    words.loginSentence.test(text)
  if (e.passwordFields > 0 && text.length < littleText && asks) return true
  // The first of two steps, or a code to scan.
  const titled = partsOf(e.title).some((part) => words.loginNotice.test(withoutMarks(part)))
  const isFirstStep = e.fields > 0 || /扫码|二维码|\bQR\b/i.test(text)
  if (text.length < shortText && titled && isHeaded({ ...e, title: "" }, words.loginNotice) && isFirstStep)
    return true
  return moved && !askedForIt && address.test(e.finalUrl) && words.loginWords.test(text.slice(0, littleText))
}

const isChallenge = (e: Evidence): boolean => {
  const text = compact(e.text)
  if (text.length >= littleText) return false
  if (isHeaded(e, words.challengeNotice)) return true
  if (text.length < noticeText && says(text, words.challengeSentence)) return true
  const frame = e.frameUrls.some((url) => words.challengeFrame.test(url))
  const title = words.challengeTitle.test(headline(e))
  const said = words.challengeText.test(text)
  return (
    (title && (said || frame || text.length < 300)) ||
    (frame && text.length < 500) ||
    (said && text.length < 400 && e.httpStatus >= 400)
  )
}

const isErrorPage = (e: Evidence): boolean => {
  const text = compact(e.text)
  // Between menus there may be but one sentence.
  if (text.length - e.linkText < littleText && isHeaded(e, words.errorNotice)) return true
  if (text.length >= littleText) return false
  if (text.length < shortText && says(text, words.errorSentence)) return true
  return (
    words.errorHeadline.test(compact(e.title)) ||
    e.headings.some((heading) => words.errorHeadline.test(compact(heading)))
  )
}

/** Characters below which nothing is said. */
const nothingSaid = 20
/** One character of these writings says as much as several of others. */
const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const denseWeight = 3
const withoutSigns = (text: string) => compact(text.replace(/[.…。，,!\s]+/g, " "))
const weightOf = (text: string) => text.length + (text.match(dense)?.length ?? 0) * (denseWeight - 1)

/**
 * Is there nothing to read or see, or only that something is on its way? A word or two are the whole page where no
 * script could show more.
 */
export const looksBlank = (text: string, pictures: number, scripted = true): boolean => {
  if (pictures > 0) return false
  const start = text.slice(0, littleText)
  const rest = withoutSigns(start.replace(words.waitWords, ""))
  const isOnItsWay = scripted || rest.length < withoutSigns(start).length
  return weightOf(rest) < (isOnItsWay ? nothingSaid : 1)
}

const isBlank = (e: Evidence): boolean => {
  const text = compact(e.text)
  if (text.length < shortText && says(text, words.scriptSentence)) return true
  return looksBlank(e.text, e.pictures, e.scripted)
}

const isMuchSmaller = (e: Evidence): boolean =>
  e.previousTextLength !== null &&
  e.previousTextLength >= 1_000 &&
  compact(e.text).length < e.previousTextLength * 0.3

/** A deep link that ends at the front door of its site: the page is gone and the site does not say so. */
const isSentHome = (e: Evidence): boolean => {
  const asked = pathOf(e.requestedUrl)
  const got = pathOf(e.finalUrl)
  const isHome = /^\/?(index\.\w+)?$|^\/[a-z]{2}(-[a-z]{2})?\/?$/i
  return (
    depthOf(asked) >= 1 &&
    !isHome.test(asked) &&
    isHome.test(got) &&
    siteOf(e.requestedUrl) === siteOf(e.finalUrl)
  )
}

const depthOf = (path: string) => path.split("/").filter((part) => part !== "").length
const urlOf = (text: string) => parseUrl(text) ?? new URL("about:blank")
const hostOf = (text: string) => urlOf(text).hostname
/** With the query, for many sites name their pages there. */
const pathOf = (text: string) => urlOf(text).pathname + urlOf(text).search
const siteOf = (text: string) => hostOf(text).replace(/^(www|m|mobile)\./, "")

const rules: ReadonlyArray<readonly [DoubtReason, (evidence: Evidence) => boolean]> = [
  ["consent wall", isConsentWall],
  ["login wall", isLoginWall],
  ["bot challenge", isChallenge],
  ["error page", isErrorPage],
  ["blank page", isBlank],
  ["much smaller than the last version", isMuchSmaller],
  ["redirected to the home page", isSentHome],
]
