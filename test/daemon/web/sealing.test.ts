import type { Browser } from "playwright"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { buildPage } from "../../support/builtPage.ts"
import { MockDaemon } from "../../support/mockDaemon.ts"
import { launchChromium, openPage, type View } from "../../support/pageBrowser.ts"

let browser: Browser
beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())

const counts = { CommitFailed: 1, WaitSeed: 4, PreCommit1: 2, Removed: 3, Proving: 12 }
const numbers = { proving: 1, removed: 13, preCommit1: 16, waitSeed: 18, commitFailed: 22 }

const start = async (path: string, view: View = {}, more: Readonly<Record<string, number>> = {}) => {
  const daemon = await new MockDaemon({ sectors: { ...more, ...counts }, links: 5 }).start()
  const open = await openPage(browser, daemon.origin + path, { width: 1440, height: 1000, ...view })
  onTestFinished(async () => {
    await open.context.close()
    await daemon.stop()
  })
  const sent = (method: string, from: string) =>
    daemon.requests.filter((request) => request.method === method && request.path.startsWith(from))
  return { ...open, daemon, sent, node: (state: string) => open.page.locator(`svg [data-state="${state}"]`) }
}

describe("the board", () => {
  it("shows all 43 states with their counts, and says that the world is simulated", async () => {
    const { page, node, errors } = await start("/sealing")
    await expect.poll(() => page.locator("svg a[data-state]").count()).toBe(43)
    expect(await node("WaitSeed").getAttribute("aria-label")).toBe("WaitSeed 4 sectors, waiting")
    expect(await node("CommitFailed").getAttribute("aria-label")).toBe("CommitFailed 1 sector, failed")
    await page.getByText("Simulated world").waitFor()
    expect(errors).toEqual([])
  })

  it("counts live, in the board and in the strip", async () => {
    const { page, node, daemon } = await start("/sealing")
    await node("WaitSeed").waitFor()
    daemon.moveSector(numbers.waitSeed, "Committing", "SectorSeedReady")
    await expect.poll(() => node("WaitSeed").getAttribute("aria-label")).toContain("3 sectors")
    await expect.poll(() => node("Committing").getAttribute("aria-label")).toContain("1 sector")
    await expect.poll(() => page.locator('[data-kind="work"]').innerText()).toContain("3")
  })

  it("draws the other edges of a state only while it is chosen", async () => {
    const { page, node } = await start("/sealing")
    await node("CommitFailed").waitFor()
    const chosen = page.locator(".edge-chosen")
    expect(await chosen.count()).toBe(0)
    await node("CommitFailed").focus()
    await page.keyboard.press("Enter")
    await expect.poll(() => chosen.count()).toBe(17)
    await page.getByRole("button", { name: String(numbers.commitFailed), exact: true }).click()
    await page.getByRole("heading", { name: `Sector ${numbers.commitFailed}` }).waitFor()
  })

  it("is one tab stop that the arrows walk", async () => {
    const { page, node } = await start("/sealing")
    await node("Packing").focus()
    expect(await page.locator('svg a[data-state][tabindex="0"]').count()).toBe(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    expect(await page.evaluate("document.activeElement.dataset.state")).toBe("SealPreCommit1Failed")
  })

  it("fits a laptop's window, whole and beside a sector", async () => {
    const { page, node } = await start("/sealing", { height: 900 })
    const bottom = async () => {
      const box = await node("Proving").boundingBox()
      return box === null ? Number.NaN : box.y + box.height
    }
    await expect.poll(bottom).toBeLessThan(900)
    await page.goto(`${page.url()}?sector=${numbers.proving}`)
    await page.getByRole("heading", { name: `Sector ${numbers.proving}` }).waitFor()
    const last = await node("FaultedFinal").boundingBox()
    const panel = await page.locator("aside").last().boundingBox()
    expect((last?.x ?? Number.NaN) + (last?.width ?? 0)).toBeLessThan(panel?.x ?? Number.NaN)
  })

  it("shows every speed on a phone of 320 px", async () => {
    const { page } = await start("/sealing", { width: 320, height: 700, language: "zh-CN" })
    const box = await page.getByRole("button", { name: "36,000×" }).boundingBox()
    const group = await page.getByRole("button", { name: "36,000×" }).locator("..").boundingBox()
    expect((box?.x ?? Number.NaN) + (box?.width ?? 0)).toBeLessThanOrEqual(
      (group?.x ?? 0) + (group?.width ?? 0),
    )
    await page.getByRole("option", { name: "1分钟" }).waitFor({ state: "attached" })
  })

  it("is a list on a narrow screen", async () => {
    const { page } = await start("/sealing", { width: 390, height: 800 })
    await expect.poll(() => page.locator("button[data-state]").count()).toBe(43)
    expect(await page.locator("svg a[data-state]").count()).toBe(0)
  })
})

describe("a sector", () => {
  it("tells why it waits and counts down on the sealing clock", async () => {
    const { page, daemon } = await start(`/sealing?sector=${numbers.waitSeed}`)
    await page.getByText("Why is it waiting?").waitFor()
    await page.getByText("for epoch 4,813,143: 150 after the pre-commit landed").waitFor()
    await page.getByText(/left \(\d+ epochs\), until/).waitFor()
    await page.getByText("SectorPreCommit2").waitFor()
    await page.getByRole("button", { name: "Record" }).click()
    await page.getByText("TicketEpoch").waitFor()
    daemon.moveSector(numbers.waitSeed, "Proving", "SectorFinalized")
    await page.getByText("Nothing more has to happen.").waitFor()
  })

  it("offers the retries its state has, and sends them", async () => {
    const { page, sent } = await start(`/sealing?sector=${numbers.commitFailed}`)
    await page.getByRole("button", { name: "RetryComputeProof" }).click()
    await expect
      .poll(() => sent("POST", "/sectors/22/events").map(({ body }) => body))
      .toEqual([{ event: "SectorRetryComputeProof" }])
    await page.locator("section").getByText("Committing").first().waitFor()
  })

  it("forces a state only when its number was typed", async () => {
    const { page, sent } = await start(`/sealing?sector=${numbers.preCommit1}`)
    await page.getByRole("region", { name: "Sector 16" }).getByRole("button", { name: "More" }).click()
    await page.getByRole("menuitem", { name: "Force a state" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("State", { exact: true }).selectOption("Packing")
    await dialog.getByText("bin/linkseal sectors update-state 16 Packing --really-do-it").waitFor()
    const go = dialog.getByRole("button", { name: "Force the state" })
    expect(await go.isDisabled()).toBe(true)
    await dialog.getByRole("textbox").fill("16")
    await go.click()
    await dialog.waitFor({ state: "detached" })
    expect(sent("POST", "/sectors/16/state")[0]?.body).toEqual({ state: "Packing" })
  })

  it("shows a refusal where the event was sent", async () => {
    const { page } = await start(`/sealing?sector=${numbers.proving}`)
    await page.getByRole("button", { name: "Send an event" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Event").selectOption("SectorPacked")
    await dialog.getByRole("button", { name: "Send" }).click()
    await dialog.getByText("Proving has no row for SectorPacked").waitFor()
  })
})

describe("an event that its state takes without effect", () => {
  it("is told in the dialog, which stays", async () => {
    const { page, daemon } = await start(`/sealing?sector=${numbers.preCommit1}`)
    daemon.ignores.add("SectorStartPacking")
    await page.getByRole("button", { name: "Send an event" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Event").selectOption("SectorStartPacking")
    await dialog.getByRole("button", { name: "Send" }).click()
    await dialog.getByText("PreCommit1 took SectorStartPacking without effect").waitFor()
  })
})

describe("the world", () => {
  it("is paused unmistakably, scaled and turned forward", async () => {
    const { page, sent } = await start("/sealing")
    await page.getByRole("button", { name: "Pause" }).click()
    await page.getByText("The sealing clock is paused").waitFor()
    await page.keyboard.press("p")
    await page.getByText("The sealing clock is paused").waitFor({ state: "detached" })
    await page.getByRole("button", { name: "36,000×" }).click()
    await page.getByRole("button", { name: "+1 h" }).click()
    await expect
      .poll(() => sent("POST", "/clock").map(({ body }) => body))
      .toEqual([{ paused: true }, { paused: false }, { scale: 36_000 }, { advance: "1 h" }])
    await expect
      .poll(async () =>
        Number(
          (await page.getByRole("group", { name: "Sealing clock" }).innerText())
            .replaceAll(/\D/g, "")
            .slice(0, 7),
        ),
      )
      .toBeGreaterThan(4_813_112)
  })

  it("takes pledges, and shows the new sectors on the board and in the table", async () => {
    const { page, sent, node } = await start("/sealing")
    await page.getByLabel("How many sectors").fill("3")
    await page.getByRole("button", { name: "Pledge" }).click()
    await expect.poll(() => node("Packing").getAttribute("aria-label")).toContain("3 sectors")
    expect(sent("POST", "/sectors").map(({ body }) => body)).toEqual([{ count: 3 }])
    await page.keyboard.press("2")
    const table = page.getByRole("table", { name: "Sectors" })
    await expect.poll(() => table.locator("[data-sector]").first().innerText()).toMatch(/^25\s+Packing/)
    await page.locator('[data-kind="failed"]').click()
    await expect.poll(() => table.locator("[data-sector]").count()).toBe(1)
  })

  it("tells in the table how long still, and gives its reason the room of columns that are empty", async () => {
    const { page } = await start("/sealing?view=table&kind=wait")
    const heads = page.getByRole("columnheader")
    const names = async () =>
      (await heads.allInnerTexts()).map((name) => name.replace(/[^a-z]+$/i, "").toLowerCase())
    await expect.poll(names).toEqual(["no", "state", "why", "for", "left", "pieces", "deals"])
    const row = page.locator(`[data-sector="${numbers.waitSeed}"]`)
    await expect.poll(() => row.locator("[data-left]").innerText()).toMatch(/^\d+ min/)
    await page.goto(page.url().replace("kind=wait", "kind=failed"))
    await expect.poll(names).toEqual(["no", "state", "why", "for", "left", "last error"])
    const why = page.locator("[data-why]:visible")
    expect(await why.evaluate((cell) => cell.scrollHeight <= cell.parentElement!.clientHeight)).toBe(true)
  })

  it("points out the sectors that need somebody, counts them and picks them; both totals are one", async () => {
    const { page, daemon, context } = await start("/sealing?view=table")
    await context.grantPermissions(["clipboard-read", "clipboard-write"])
    const strip = page.getByRole("group", { name: "Sectors by kind of state" })
    await strip.getByText("Total 22", { exact: true }).waitFor()
    expect(await strip.getByText("needs you").count()).toBe(0)
    const found = daemon.sectors.find(({ number }) => number === numbers.preCommit1)
    if (found !== undefined) found.needsOperator = true
    daemon.moveSector(numbers.waitSeed, "Committing", "SectorSeedReady")
    const chip = strip.getByRole("button", { name: "needs you 1" })
    await chip.click()
    await expect
      .poll(() =>
        page.locator("[data-sector]").evaluateAll((rows) => rows.map(({ dataset }) => dataset.sector)),
      )
      .toEqual([String(numbers.preCommit1)])
    await page.getByRole("img", { name: "needs you" }).waitFor()
    await strip.getByRole("button", { name: "copy as text" }).click()
    await strip.getByText("copied").waitFor()
    const copied = await page.evaluate("navigator.clipboard.readText()")
    expect(copied).toMatch(/^Sectors:\n\tTotal: 22\n/)
    expect(copied).toContain("\tNeeds you: 1")
  })

  it("switches the automatic pledge", async () => {
    const { page, sent } = await start("/sealing")
    await page.getByRole("checkbox", { name: "auto-pledge every" }).check()
    await expect
      .poll(() => sent("POST", "/sealing/auto-pledge").map(({ body }) => body))
      .toEqual([{ enabled: true, every: "1 min" }])
  })
})

describe("drills", () => {
  it("send a batch by hand after saying what will happen, and show what went out", async () => {
    const { page, sent, errors } = await start("/sealing?view=batches", {}, { SubmitPreCommitBatch: 2 })
    const batch = page.getByRole("region", { name: "Pre-commits" })
    await batch.getByText("2 wait", { exact: true }).waitFor()
    await batch.getByText("sent by itself at 256").waitFor()
    await batch.getByRole("button", { name: "Send now" }).click()
    const dialog = page.getByRole("dialog", { name: "Send 2 sectors now" })
    await dialog.getByText("bin/linkseal sectors batching precommit --publish-now").waitFor()
    expect(sent("POST", "/batching")).toHaveLength(0)
    await dialog.getByRole("button", { name: "Send now" }).click()
    await batch.getByText("2 sectors sent").waitFor()
    await batch.getByText("Nobody waits here.").waitFor()
    expect(sent("POST", "/batching").map(({ path }) => path)).toEqual(["/batching/precommit/publish"])
    const terminations = page.getByRole("region", { name: "Terminations" })
    expect(await terminations.getByRole("button", { name: "Send now" }).isDisabled()).toBe(true)
    expect(errors).toEqual([])
  })

  it("turn the world's knobs with fields that make the command's own words", async () => {
    const { page, sent } = await start("/sealing")
    await page.getByRole("heading", { name: "Sealing" }).waitFor()
    await page.keyboard.press("4")
    const knob = (name: string) => page.locator(`[data-knob="${name}"]`)
    await knob("base-fee").getByLabel("Base fee").fill("2 nFIL")
    await knob("base-fee").getByRole("button", { name: "Apply" }).click()
    await knob("base-fee").getByRole("status").getByText("done").waitFor()
    await knob("messages").getByLabel("The next messages").selectOption("exit")
    await knob("messages").getByLabel("How many").fill("3")
    await knob("messages").getByLabel("Of which method").selectOption("ProveCommitSector")
    await knob("messages").getByRole("button", { name: "Apply" }).click()
    await knob("sealer-failure").getByLabel("Task").selectOption("PC2")
    await knob("sealer-failure").getByLabel("Of sector (empty: any)").fill("17")
    await knob("sealer-failure").getByRole("button", { name: "Apply" }).click()
    await knob("revert").getByRole("button", { name: "Apply" }).click()
    const dialog = page.getByRole("dialog", { name: "Chain reorganisation" })
    await dialog.getByText("It cannot be undone.").waitFor()
    await dialog.getByRole("button", { name: "Do it" }).click()
    await dialog.waitFor({ state: "detached" })
    await knob("worker").getByLabel("What it does").selectOption("down")
    await knob("worker").getByRole("button", { name: "Apply" }).click()
    await page.getByRole("dialog", { name: "Workers" }).getByRole("button", { name: "Do it" }).click()
    await expect
      .poll(() => sent("POST", "/sealing/world").map(({ body }) => body))
      .toEqual([
        { setting: "base-fee", value: "2 nFIL" },
        { setting: "messages", value: "exit-16 3 ProveCommitSector" },
        { setting: "sealer-failure", value: "PC2 1 sector 17" },
        { setting: "revert", value: "5" },
        { setting: "worker", value: "seal-1 down" },
      ])
    expect(await knob("release").getByRole("button", { name: "Let them go on" }).isDisabled()).toBe(true)
    await knob("wallet").getByLabel("Amount").fill("nonsense")
    await knob("wallet").getByRole("button", { name: "Apply" }).click()
    await knob("wallet").getByRole("alert").getByText("wallet: no. It takes 1").waitFor()
  })

  it("offer a piece without waiting for it, and show what becomes of it", async () => {
    const { page, sent } = await start("/sealing?view=world")
    const form = page.getByRole("region", { name: "Add a piece" })
    await form.getByLabel("Size, padded").fill("16GiB")
    await form.getByLabel("Runs days").fill("200")
    await form.getByRole("button", { name: "Add the piece" }).click()
    await form.getByText("Deal 45 was let in.").waitFor()
    const [offered] = sent("POST", "/sealing/pieces").map(
      ({ body }) => body as { size: string; start: number; end: number; wait: boolean },
    )
    expect(offered).toMatchObject({ size: "16GiB", wait: false })
    expect((offered?.end ?? 0) - (offered?.start ?? 0)).toBe(200 * 2_880)
    const pieces = page.getByRole("region", { name: "Pieces offered" })
    await pieces.getByText("Deal 45").waitFor()
    await pieces.getByRole("button", { name: "Sector 9786" }).click()
    await expect.poll(() => new URL(page.url()).search).toBe("?view=world&sector=9786")
  })

  it("seal by hand what collects deals, and mark a proven sector for upgrade", async () => {
    const { page, sent, daemon } = await start(`/sealing?sector=${numbers.proving}`)
    await page.getByRole("button", { name: "Mark for upgrade" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByText(`bin/linkseal sectors mark-for-upgrade ${numbers.proving}`).waitFor()
    await dialog.getByRole("button", { name: "Mark for upgrade" }).click()
    await dialog.waitFor({ state: "detached" })
    daemon.moveSector(numbers.waitSeed, "WaitDeals")
    await page.getByText("marked for upgrade").waitFor()
    expect(await page.getByRole("button", { name: "Mark for upgrade" }).count()).toBe(0)
    await page.goto(`${daemon.origin}/sealing?sector=${numbers.waitSeed}`)
    await page.getByRole("button", { name: "Seal now" }).click()
    await page.getByRole("dialog").getByText("what room is left is filled with zeros").waitFor()
    await page.getByRole("dialog").getByRole("button", { name: "Seal now" }).click()
    await expect.poll(() => sent("POST", `/sectors/${numbers.waitSeed}/seal`)).toHaveLength(1)
  })

  it("tell a Chinese reader in Chinese what was refused", async () => {
    const { page, daemon } = await start(`/sealing?sector=${numbers.proving}`, { language: "zh-CN" })
    await page.getByRole("button", { name: "标记升级" }).click()
    const sector = daemon.sectors.find(({ number }) => number === numbers.proving)
    if (sector !== undefined) sector.pieces = 2
    await page.getByRole("dialog").getByRole("button", { name: "标记升级" }).click()
    await page.getByRole("dialog").getByText(`扇区 ${numbers.proving} 不能标记升级：其中已有交易`).waitFor()
  })
})
