/** A link's page sets how often it is captured again, through the real API. */
import type { Browser } from "playwright"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { buildPage, distWeb } from "../../support/builtPage.ts"
import { launchChromium } from "../../support/pageBrowser.ts"
import { serve, type Served } from "../support/serve.ts"

let browser: Browser
let served: Served

beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())
beforeEach(async () => void (served = await serve({ webRoot: distWeb })))
afterEach(async () => void (await served.stop()))

const schedules = async () =>
  (
    (await served.ask("/api/v1/schedules")).json.schedules as ReadonlyArray<{
      readonly target: { readonly value: string }
      readonly every: string | null
      readonly cron: string | null
    }>
  ).map(({ cron, every, target }) => [target.value, cron ?? every])

const post = (path: string, body: object) => served.ask(`/api/v1${path}`, { method: "POST", body })

describe("a link's page", () => {
  it("sets, changes and ends regular captures, and leaves those of other links alone", async () => {
    const added = await post("/links", { urls: ["https://a.example/", "https://b.example/"] })
    const [one, other] = (added.json.links as ReadonlyArray<{ readonly id: string }>).map(({ id }) => id)
    await post("/schedules", { link: other, every: "3 h" })
    await post("/schedules", { link: one, cron: "0 3 * * 1" })
    const context = await browser.newContext({ locale: "en" })
    try {
      const page = await context.newPage()
      await page.goto(`${served.url}/links/${one}?token=${served.token}`)
      await page.getByRole("button", { name: "More" }).click()
      await page.getByRole("menuitem", { name: "Capture regularly…" }).click()
      const choices = page.getByRole("group", { name: "New versions" })
      const chosen = () => choices.locator("label:has(:checked)").allInnerTexts()
      await expect.poll(chosen).toEqual(["0 3 * * 1"])
      await choices.getByRole("radio", { name: "Every 7 days" }).click()
      await expect.poll(schedules).toEqual([
        [other, "3 h"],
        [one, "7 d"],
      ])
      await expect.poll(chosen).toEqual(["Every 7 days"])
      await choices.getByRole("radio", { name: "Only when asked" }).click()
      await expect.poll(schedules).toEqual([[other, "3 h"]])
      await expect.poll(chosen).toEqual(["Only when asked"])
    } finally {
      await context.close()
    }
  })
})
