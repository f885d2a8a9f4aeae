/**
 * Is what was captured what the user wanted? Pure: evidence in, verdict out. Each rule needs two signs that agree, for
 * a page about cookie walls is not a cookie wall; a doubt is shown to the user and never throws a capture away.
 */
import type { DoubtReason, Verdict } from "../Snapshot.ts"
import { parseUrl } from "../parseUrl.ts"

export interface Evidence {
  readonly requestedUrl: string
  readonly finalUrl: string
  readonly httpStatus: number
  readonly title: string
  readonly headings: ReadonlyArray<string>
  readonly text: string
  /** Loaded pictures larger than an icon, and drawings. */
  readonly pictures: number
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
const compact = (text: string) => text.replace(/\s+/g, " ").trim()
const headline = (e: Evidence) => compact([e.title, ...e.headings].join(" | "))

const consentTopic =
  /cookie|consent|gdpr|privacy|datenschutz|einwillig|confidentialit|privacidad|同意|クッキー|쿠키|隐私/i
const consentVerb =
  /accept|agree|allow|reject|akzeptier|zustimm|accepter|aceptar|accetta|接受|同意|許可|동의|принять/i
const loginWords =
  /\b(log ?in|sign ?in|log on|anmelden|einloggen|se connecter|connexion|iniciar sesi[oó]n|accedi|aanmelden)\b|登录|登入|请先登录|ログイン|로그인|войти|вход/i
const challengeTitle =
  /just a moment|attention required|are you (a )?(human|robot)|verify(ing)? (that )?you are (a )?human|checking your browser|security check|access denied|bot verification|human verification|ddos protection|请稍候|安全验证|人机验证|访问验证|ロボットではない/i
const challengeText =
  /cf-chl|cloudflare|ray id|captcha|verify (that )?you are (a )?human|unusual traffic|enable javascript and cookies to continue|press (and|&) hold|incapsula|perimeterx|datadome|akamai|not a robot|滑动验证|完成验证|验证码/i
const challengeFrame =
  /hcaptcha\.com|recaptcha|challenges\.cloudflare\.com|geo\.captcha-delivery\.com|arkoselabs|captcha/i
const errorHeadline =
  /(^|\b)(404|410|500|502|503)\b.{0,40}(not found|error|gone|unavailable|bad gateway)|(page|article|file|content|site|seite|página|страница).{0,25}(not found|could ?n[o']t be found|cannot be found|does ?n[o']t exist|no longer (exists|available)|not available|nicht gefunden|no encontrada|не найдена)|^(error )?(404|410|500|502|503)( error)?$|not found$|page introuvable|something went wrong|internal server error|service unavailable|页面不存在|找不到(该|此|您)?.{0,6}页|页面未找到|内容(已被删除|不存在)|ページが見つかりません|페이지를 찾을 수 없/i

const isConsentWall = (e: Evidence): boolean => {
  const over = e.overlay
  if (over !== null && over.share >= 0.3 && consentTopic.test(over.text) && consentVerb.test(over.text))
    return true
  const text = compact(e.text)
  const host =
    /(^|\.)(consent|privacy|cookie)[.-]/i.test(hostOf(e.finalUrl)) ||
    /\/(consent|cookie-?wall)\b/i.test(e.finalUrl)
  const alone = text.length < littleText && e.pictures <= 1
  const isTopic =
    consentTopic.test(headline(e)) || (text.match(new RegExp(consentTopic, "gi"))?.length ?? 0) >= 3
  return (host || alone) && isTopic && consentVerb.test(text)
}

const isLoginWall = (e: Evidence): boolean => {
  const text = compact(e.text)
  const over = e.overlay
  if (over !== null && over.share >= 0.3 && loginWords.test(over.text) && e.passwordFields > 0) return true
  const moved = pathOf(e.requestedUrl) !== pathOf(e.finalUrl)
  const askedForIt = /log-?in|sign-?in|auth|sso|account/i.test(pathOf(e.requestedUrl))
  const address =
    /\/(log-?in|sign-?in|signon|auth|sso|accounts?\/login|passport)\b|[?&](next|return_?to|redirect(_uri)?)=/i
  // A form above a text of its own does not keep anybody from reading it.
  const isForm = text.length < shortText || e.headings.every((heading) => loginWords.test(heading))
  const says =
    loginWords.test(e.title) ||
    (isForm && loginWords.test(headline(e))) ||
    /must (be logged|log|sign) in|(log|sign) in to (continue|view|read|see)|请(先)?登录/i.test(text)
  if (e.passwordFields > 0 && text.length < littleText && says) return true
  return moved && !askedForIt && address.test(e.finalUrl) && loginWords.test(text.slice(0, littleText))
}

const isChallenge = (e: Evidence): boolean => {
  const text = compact(e.text)
  if (text.length >= littleText) return false
  const frame = e.frameUrls.some((url) => challengeFrame.test(url))
  const title = challengeTitle.test(headline(e))
  const words = challengeText.test(text)
  return (
    (title && (words || frame || text.length < 300)) ||
    (frame && text.length < 500) ||
    (words && text.length < 400 && e.httpStatus >= 400)
  )
}

const isErrorPage = (e: Evidence): boolean => {
  if (compact(e.text).length >= littleText) return false
  return (
    errorHeadline.test(compact(e.title)) || e.headings.some((heading) => errorHeadline.test(compact(heading)))
  )
}

/** Characters below which nothing is said. */
const nothingSaid = 20
/** One character of these writings says as much as several of others. */
const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const denseWeight = 3
/** A page that says only this is not there yet. */
const waitWords =
  /\b(loading|please wait|one moment|just a second|redirecting|you are being redirected|wird geladen|bitte warten|chargement|cargando|caricamento|carregando|загрузка)\b|加载中|载入中|正在加载|正在跳转|请稍[候等]|読み込み中|로딩/gi
const weightOf = (text: string) => text.length + (text.match(dense)?.length ?? 0) * (denseWeight - 1)

/** Is there nothing to read or see, or only that something is on its way? */
export const looksBlank = (text: string, pictures: number): boolean =>
  pictures === 0 &&
  weightOf(
    compact(
      text
        .slice(0, littleText)
        .replace(waitWords, "")
        .replace(/[.…\s]+/g, " "),
    ),
  ) < nothingSaid

const isBlank = (e: Evidence): boolean => looksBlank(e.text, e.pictures)

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
