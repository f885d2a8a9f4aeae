import { describe, expect, it } from "vitest"
import { judgeCapture, type Evidence } from "../../../src/snapshot/capture/Verdict.ts"
import { evidence, story } from "./evidence.ts"

const reasons = (change: Partial<Evidence>) => judgeCapture(evidence(change)).reasons

describe("the verdict", () => {
  it("is good for a page with something to read, and says so without reasons", () => {
    expect(judgeCapture(evidence({}))).toEqual({ kind: "good", reasons: [] })
  })

  it.each<[string, Partial<Evidence>]>([
    [
      "an article about cookie walls",
      {
        title: "Why cookie consent walls fail",
        headings: ["Consent"],
        text: `cookie consent accept reject ${story}`,
      },
    ],
    [
      "an article about the 404 page",
      { title: "The history of the 404 page", headings: ["404 not found: a history"], text: story },
    ],
    ["a page with a sign-in box at its side", { passwordFields: 1, text: `Log in ${story}` }],
    ["a comment form with a captcha", { frameUrls: ["https://www.google.com/recaptcha/api2/anchor"] }],
    ["a cookie bar at the foot", { overlay: { share: 0.12, text: "We use cookies. Accept" } }],
    ["a short note", { text: "The shop is closed on Monday, and opens again on Tuesday.", pictures: 0 }],
    ["one picture", { title: "", headings: [], text: "", pictures: 1 }],
    [
      "the home page asked for",
      { requestedUrl: "https://example.com/", finalUrl: "https://www.example.com/en/" },
    ],
    ["a redirect to the same depth", { finalUrl: "https://example.com/2024/harbour" }],
    [
      "a login page asked for",
      {
        requestedUrl: "https://example.com/login",
        finalUrl: "https://example.com/login?next=/",
        text: `Log in ${story}`,
      },
    ],
    ["a page about as large as the last", { previousTextLength: story.length * 2 }],
    [
      "an article of 900 characters below a login form",
      {
        title: "The harbour",
        headings: ["Log in", "The harbour"],
        text: `Log in ${story.slice(0, 900)}`,
        passwordFields: 1,
      },
    ],
    [
      "one sentence in Chinese",
      { title: "通知", headings: [], text: "本店周一休息，周二照常营业，欢迎光临。", pictures: 0 },
    ],
    [
      "a note about loading",
      {
        title: "Ramp",
        headings: [],
        text: "Loading is allowed from six to nine in the morning.",
        pictures: 0,
      },
    ],
    [
      "a Chinese page",
      {
        title: "网页快照",
        headings: ["网页快照"],
        text: "网页会消失,链接会失效。把自己关心的网页保存下来。",
        pictures: 0,
      },
    ],
  ])("stays good for %s", (_name, change) => {
    expect(reasons(change)).toEqual([])
  })

  it.each<[string, Partial<Evidence>, string]>([
    [
      "a wall over the text",
      { overlay: { share: 0.8, text: "We value your privacy. Accept cookies" } },
      "consent wall",
    ],
    [
      "a page that is a wall",
      { title: "Cookies", headings: ["Your consent"], text: "Accept cookies to go on", pictures: 0 },
      "consent wall",
    ],
    [
      "Google's wall",
      {
        finalUrl: "https://consent.google.com/ml?continue=x",
        title: "Before you continue",
        headings: ["Before you continue: cookies"],
        text: `cookies cookies cookies Accept all ${story}`,
      },
      "consent wall",
    ],
    [
      "a login form",
      { title: "Log in", headings: ["Log in"], text: "Log in to continue", passwordFields: 1 },
      "login wall",
    ],
    [
      "a redirect to a login",
      {
        finalUrl: "https://example.com/login?next=%2Fnews",
        title: "Welcome",
        text: "Please sign in with your account",
      },
      "login wall",
    ],
    [
      "a Chinese login",
      { title: "用户登录", headings: [], text: "请先登录 用户名 密码", passwordFields: 1 },
      "login wall",
    ],
    [
      "a box over the text that asks for a password",
      { overlay: { share: 0.5, text: "Sign in to read on" }, passwordFields: 1 },
      "login wall",
    ],
    [
      "Cloudflare",
      {
        title: "Just a moment...",
        headings: [],
        text: "Enable JavaScript and cookies to continue. Ray ID: 7",
        pictures: 0,
      },
      "bot challenge",
    ],
    [
      "a captcha alone",
      {
        title: "example.com",
        headings: [],
        text: "One more step",
        pictures: 0,
        frameUrls: ["https://geo.captcha-delivery.com/x"],
      },
      "bot challenge",
    ],
    [
      "access denied",
      {
        httpStatus: 403,
        title: "Access Denied",
        headings: ["Access Denied"],
        text: "You don't have permission.",
        pictures: 0,
      },
      "bot challenge",
    ],
    [
      "not found with status 200",
      { title: "Page not found", headings: ["Oops"], text: "Go home" },
      "error page",
    ],
    ["404 in the headline", { title: "Example", headings: ["404 Not Found"], text: "nginx" }, "error page"],
    ["a Chinese 404", { title: "您访问的页面不存在", headings: [], text: "返回首页" }, "error page"],
    [
      "a page that still loads",
      { title: "App", headings: [], text: "Loading… Please wait", pictures: 0 },
      "blank page",
    ],
    [
      "one that loads in Chinese",
      { title: "", headings: [], text: "页面加载中，请稍候……", pictures: 0 },
      "blank page",
    ],
    [
      "a login form with a note of some length",
      { title: "Portal", headings: ["Sign in"], text: `Sign in ${story.slice(0, 700)}`, passwordFields: 1 },
      "login wall",
    ],
    ["nothing", { title: "App", headings: [], text: " \n ", pictures: 0 }, "blank page"],
    [
      "a tenth of what was there",
      { text: story.slice(0, 300), previousTextLength: 5_000 },
      "much smaller than the last version",
    ],
    ["the front door", { finalUrl: "https://www.example.com/" }, "redirected to the home page"],
  ])("doubts %s", (_name, change, reason) => {
    expect(reasons(change)).toContain(reason)
    expect(judgeCapture(evidence(change)).kind).toBe("doubtful")
  })
})
