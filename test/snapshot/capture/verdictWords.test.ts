/** The sentences of walls, bot checks and error pages as real sites write them, and pages that only speak of them. */
import { describe, expect, it } from "vitest"
import { judgeCapture, type Evidence } from "../../../src/snapshot/capture/Verdict.ts"
import { evidence } from "./evidence.ts"

const page = (title: string, headings: ReadonlyArray<string>, text: string, change: Partial<Evidence> = {}) =>
  judgeCapture(evidence({ title, headings, text: [...headings, text].join("\n"), pictures: 0, ...change }))
    .reasons

const px =
  "Access to this page has been denied because we believe you are using automation tools to browse the website. This may happen as a result of the following: Javascript is disabled or blocked by an extension. Your browser does not support cookies. Please make sure that Javascript and cookies are enabled on your browser. Reference ID: #a1"
const imperva =
  "As you were browsing something about your browser made us think you were a bot. There are a few reasons this might happen: You've disabled JavaScript in your web browser. You're a power user moving through this website with super-human speed. A third-party browser plugin is preventing JavaScript from running."
const anubis =
  "Loading... Why am I seeing this? You are seeing this because the administrator of this website has set up Anubis to protect the server against the scourge of AI companies aggressively scraping websites. This can and does cause downtime for the websites, which makes their resources inaccessible for everyone. ".repeat(
    3,
  )
const notFound = "Oops! We can't find that page"
const menus = "Harbour news Sea weather Tide tables Letters ".repeat(60)

type Case = [reason: string, title: string, headings: Array<string>, text: string, change?: Partial<Evidence>]
const bad: Array<Case> = [
  ["bot challenge", "Making sure you're not a bot!", ["Making sure you're not a bot!"], anubis],
  ["bot challenge", "", [], "Please enable JS and disable any ad blocker"],
  ["bot challenge", "Pardon Our Interruption", ["Pardon Our Interruption"], imperva],
  [
    "bot challenge",
    "Access to this page has been denied",
    ["Press & Hold to confirm you are a human (and not a bot)."],
    px,
  ],
  [
    "bot challenge",
    "",
    ["Let's confirm you are human"],
    "Complete the security check before continuing. Begin",
  ],
  [
    "bot challenge",
    "Blocked",
    [],
    "You've been blocked by network security. To continue, log in to your account",
  ],
  ["bot challenge", "环境异常", ["环境异常"], "当前环境异常，完成验证后即可继续访问。去验证"],
  [
    "bot challenge",
    "知乎 - 有问题，就会有答案",
    [],
    "系统监测到您的网络环境存在异常，为保证您的正常访问，请点击下方验证按钮进行验证。开始验证",
  ],
  [
    "login wall",
    "Sign in - Planet Accounts",
    ["Sign in"],
    "Use your Planet Account Next Create account",
    { fields: 1 },
  ],
  ["login wall", "提示信息 - 论坛", [], "抱歉，您尚未登录，没有权限访问该版块 登录", { passwordFields: 1 }],
  ["login wall", "请先登录", ["扫码登录"], "打开手机客户端扫描二维码登录后查看全部内容", { pictures: 1 }],
  ["error page", "微信公众平台", [], "该内容已被发布者删除 微信公众平台运营中心"],
  ["error page", "Planet", [notFound], `404 ${menus}`, { linkText: menus.length - 60 }],
  ["error page", "Maintenance", ["Service temporarily unavailable"], "We are down for maintenance."],
  ["error page", "", ["Error establishing a database connection"], ""],
  ["error page", "Error", ["Application error: a client-side exception has occurred"], ""],
  ["error page", "Account Suspended", ["This Account has been suspended."], "Contact your hosting provider."],
  ["error page", "planet.example", ["planet.example is for sale"], "Buy this domain. Loans Hotels"],
  [
    "error page",
    "Not available",
    ["451: Unavailable due to legal reasons"],
    "We recognize you are attempting to access this website from a country belonging to the European Economic Area.",
  ],
  ["blank page", "App", [], "You need to enable JavaScript to run this app."],
  [
    "blank page",
    "X",
    [],
    "JavaScript is not available. We’ve detected that JavaScript is disabled in this browser. Please enable JavaScript or switch to a supported browser to continue. Help Center",
  ],
  ["blank page", "Moved", [], "Please wait, you are being sent on"],
  [
    "consent wall",
    "Before you continue",
    ["Before you continue to Planet"],
    "We use cookies and data to deliver services. Choose. Accept all Reject all",
  ],
  [
    "consent wall",
    "Zustimmung",
    ["Mit Werbung weiterlesen"],
    "Besuchen Sie uns wie gewohnt mit Werbung und Tracking. Die Zustimmung zu Cookies ist jederzeit widerruflich. Akzeptieren und weiter",
  ],
]

const quoted = [
  px,
  imperva,
  ...bad.map(([, , headings, text]) => [...headings, text.slice(0, 200)].join(" ")),
]
const story = "The harbour wakes before the town does, and the first voices are loud. "

describe("the words of the verdict", () => {
  it.each(bad)("mean a %s: %s %s", (reason, title, headings, text, change) => {
    expect(page(title, headings, text, change)).toEqual([reason])
  })

  it("are not taken for the page's own in a long article that quotes them all", () => {
    const text = `${quoted.join(" ")} ${story.repeat(40)}`
    expect(page("Walls of the web", ["Pardon our interruption: the walls of the web"], text)).toEqual([])
    for (const [, title, headings] of bad)
      expect(page(`On walls: ${title}, explained`, headings, text)).toEqual([])
  })

  it.each<Case>([
    [
      "a short note that quotes a bot check",
      "What is this message?",
      ["What is this message?"],
      "Some shops show “Please enable JS and disable any ad blocker” instead of the goods. It comes from a firm that sells such checks, and a reload often helps.",
    ],
    [
      "a short note on deleted articles",
      "读者来信",
      ["读者来信"],
      "很多读者问：为什么打开链接会看到“该内容已被发布者删除”？这通常说明作者自己撤回了文章。",
    ],
    [
      "a short guide to a router",
      "How to log in to your router",
      ["How to log in to your router"],
      "Open the address on the label, and type the password from it.",
      { fields: 1 },
    ],
    [
      "documentation of status codes",
      "API docs: POST /login",
      ["POST /login"],
      "401 Unauthorized: you need to log in. 404 Not Found: Page not found. 403 Access denied.",
    ],
    [
      "a guide to scripts",
      "Turning scripts on",
      ["Turning scripts on"],
      "To enable JavaScript in the browser, open its settings, look for content, and allow scripts for all sites or for one.",
    ],
    ["a page of links to news", "Planet", ["Today"], menus, { linkText: menus.length }],
    ["one short line of a page without scripts", "", [], "It works!", { scripted: false }],
    [
      "a note about a house",
      "Notice",
      [],
      "The house at the harbour is for sale since Monday; ask at the inn.",
    ],
  ])("leave %s good", (_name, title, headings, text, change) => {
    expect(page(title, headings, text, change)).toEqual([])
  })

  it("leave a word or two of a page with scripts in doubt, for more may have been meant to come", () => {
    expect(page("App", [], "Menu", { scripted: true })).toEqual(["blank page"])
    expect(page("App", [], "Loading…", { scripted: false })).toEqual(["blank page"])
  })
})
