/** Settings: which source wins, and what a user is told about a wrong one. */
import * as Either from "effect/Either"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { Flags } from "../../src/daemon/Config.ts"
import { loadSettings } from "../../src/daemon/Config.ts"
import { resolveHome } from "../../src/daemon/homePath.ts"
import { nearest } from "../../src/daemon/unknownKeys.ts"

const folder = () => mkdtempSync(join(tmpdir(), "linkseal-config-"))
const withFile = (content: unknown) => {
  const home = folder()
  writeFileSync(join(home, "config.json"), typeof content === "string" ? content : JSON.stringify(content))
  return home
}
const load = (flags: Flags, env: Record<string, string> = {}) => Either.getOrThrow(loadSettings(flags, env))
const problem = (flags: Flags, env: Record<string, string> = {}) =>
  Either.match(loadSettings(flags, env), { onLeft: ({ message }) => message, onRight: () => "accepted" })

describe("settings", () => {
  it("come from the command line, then the environment, then the file, then the defaults", () => {
    const home = withFile({ port: 1, drainMillis: 3_000, capture: { scrollMillis: 5 } })
    expect(load({ home }).port).toBe(1)
    expect(load({ home }, { LINKSEAL_PORT: "2" }).port).toBe(2)
    expect(load({ home, port: "3" }, { LINKSEAL_PORT: "2" }).port).toBe(3)
    expect(load({ home }).drainMillis).toBe(3_000)
    expect(load({ home }).capture.scrollMillis).toBe(5)
    expect(load({ home }).capture.settleMillis).toBe(10_000)
    expect(load({ home: folder() })).toMatchObject({
      port: 7460,
      host: "127.0.0.1",
      drainMillis: 10_000,
      allowHosts: [],
    })
  })

  it("take hosts as a list, from repeated flags and from commas", () => {
    expect(load({ home: folder(), allowHost: ["a:80", "b,c"] }).allowHosts).toEqual(["a:80", "b", "c"])
    expect(load({ home: folder() }, { LINKSEAL_ALLOW_HOSTS: "127.0.0.1, 10.0.0.0/8" }).allowHosts).toEqual([
      "127.0.0.1",
      "10.0.0.0/8",
    ])
  })

  it("take an empty variable for none", () => {
    expect(
      load({ home: folder() }, { LINKSEAL_PORT: "", LINKSEAL_CHROMIUM: "", LINKSEAL_CONFIG: "" }).port,
    ).toBe(7460)
  })

  it.each([
    [{ prot: 1 }, /no setting prot; did you mean port\?$/],
    [{ drainmillis: 1 }, /did you mean drainMillis\?$/],
    [
      { capture: { scrolMillis: 1 } },
      /no setting capture\.scrolMillis; did you mean capture\.scrollMillis\?$/,
    ],
    [{ capture: { artefacts: { "page.htm": true } } }, /did you mean capture\.artefacts\.page\.html\?$/],
    [
      { MaxSealingSectors: 2 },
      /no setting MaxSealingSectors; did you mean sealing\.config\.MaxSealingSectors\?$/,
    ],
    [{ sealing: { base: "foo" } }, /must be single or lotus$/],
    [{ sealing: { MaxSealingSectors: 2 } }, /did you mean sealing\.config\.MaxSealingSectors\?$/],
    [{ sealing: { config: { maxsealingsector: 2 } } }, /did you mean sealing\.config\.MaxSealingSectors\?$/],
    [{ cookiesFile: "c.txt" }, /did you mean capture\.cookiesFile\?$/],
    [{ capture: { port: 1 } }, /no setting capture\.port; did you mean port\?$/],
    [{ "capture.maxBytes": 1 }, /did you mean capture\.maxBytes\?$/],
    [{ port: "7460" }, /^setting port \(from .*config\.json\): /],
    [{ port: 70_000 }, /0 to 65535/],
    [{ capture: { timezone: "Mars/X" } }, /^setting capture\.timezone .*no such time zone/],
    [{ capture: { language: "xx yy" } }, /^setting capture\.language .*no language tag/],
    [{ capture: { userAgent: "a\nb" } }, /^setting capture\.userAgent .*one line/],
    [{ capture: { userAgent: "" } }, /^setting capture\.userAgent /],
    [
      { capture: { headers: { "a.example": { "X-Key": "a\r\nb" } } } },
      /^setting capture\.headers\.a\.example\.X-Key .*one line/,
    ],
    [{ capture: { headers: { "a.example": { "X Key": "a" } } } }, /^setting capture\.headers\.a\.example/],
    [{ capture: { cookiesFile: "/nowhere/cookies.txt" } }, /^setting capture\.cookiesFile .*ENOENT/],
    [
      { capture: { cookiesFile: fileURLToPath(import.meta.url) } },
      /^setting capture\.cookiesFile .*is no cookies\.txt: .*export a cookies\.txt/,
    ],
    [{ capture: { colorScheme: "blue" } }, /^setting capture\.colorScheme .*: must be light or dark$/],
    [{ logLevel: "loud" }, /^setting logLevel .*: must be debug, info, warning or error$/],
    [
      { capture: { headers: { "a b": {} } } },
      /^setting capture\.headers .*"a b" is no host: write one like example\.org/,
    ],
    [
      { capture: { headers: { "https://a.example:80/x": {} } } },
      /is no host: write a\.example, without http:\/\/, port/,
    ],
    [{ capture: { headers: { "*.a.example": {} } } }, /write a\.example, .*stands for its subdomains too/],
    [{ capture: { headers: { "例子.example": {} } } }, /write xn--fsqu00a\.example,/],
    [
      { capture: { headers: { "a.example": { Host: "b.example" } } } },
      /^setting capture\.headers\.a\.example .*Host is a line that every request writes itself: leave it out$/,
    ],
    ["{", /^cannot read .*config\.json: /],
    [[1], /must hold one JSON object$/],
  ])("refuse the file %j with its place and what to write", (content, message) => {
    expect(problem({ home: withFile(content) })).toMatch(message)
  })

  it("are refused by name also where another source overrides them", () => {
    for (const port of ["abc", 99_999]) {
      expect(problem({ home: withFile({ port }), port: "0" })).toMatch(
        /^setting port \(from .*config\.json\)/,
      )
    }
    expect(problem({ home: folder(), port: "0" }, { LINKSEAL_PORT: "abc" })).toMatch(/from the environment/)
    const cookiesFile = join(folder(), "cookies.txt")
    writeFileSync(cookiesFile, "# Netscape HTTP Cookie File\n\n.a.example\tTRUE\t/\tFALSE\t0\tsession\t1\n")
    const headers = { "A.example": { "X-Key": "a" }, "127.0.0.1": { Authorization: "b" }, "[::1]": {} }
    const capture = {
      timezone: "Asia/Shanghai",
      language: "zh-Hans-CN",
      userAgent: "Reader/1.0 (it's)",
      colorScheme: "dark",
      cookiesFile,
      headers,
    }
    expect(problem({ home: withFile({ capture }) })).toBe("accepted")
  })

  it("name the source of a wrong value", () => {
    expect(problem({ home: folder(), port: "x" })).toBe(
      "setting port (from the command line): a port is a whole number from 0 to 65535",
    )
    expect(problem({ home: folder() }, { LINKSEAL_PORT: "x" })).toMatch(
      /^setting port \(from the environment\)/,
    )
  })

  it("need a file that was named, not one that may be there", () => {
    expect(problem({ home: folder(), config: "/nowhere/at/all.json" })).toMatch(/^cannot read \/nowhere/)
    expect(problem({ home: folder() })).toBe("accepted")
  })

  it("listen to others only when that is known", () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.org"]) {
      expect(problem({ home: folder(), host })).toContain("--i-know-this-is-public")
      expect(problem({ home: folder(), host, iKnowThisIsPublic: true })).toBe("accepted")
    }
    for (const host of ["127.0.0.1", "localhost", "::1"])
      expect(problem({ home: folder(), host })).toBe("accepted")
  })
})

describe("the home", () => {
  it("is named by flag, environment, config file, XDG, in this order", () => {
    const config = join(folder(), "c.json")
    writeFileSync(config, JSON.stringify({ home: "/from/config" }))
    const env = { HOME: "/h", XDG_DATA_HOME: "/x", LINKSEAL_HOME: "/e", LINKSEAL_CONFIG: config }
    expect(resolveHome({ home: "/f" }, env)).toBe("/f")
    expect(resolveHome({}, env)).toBe("/e")
    expect(resolveHome({}, { ...env, LINKSEAL_HOME: "" })).toBe("/from/config")
    expect(resolveHome({}, { HOME: "/h", XDG_DATA_HOME: "/x" })).toBe("/x/linkseal")
    expect(resolveHome({}, { HOME: "/h" })).toBe("/h/.local/share/linkseal")
  })
})

it("finds the word that was meant", () => {
  expect(nearest("alowHost", ["host", "allowHosts", "home"])).toBe("allowHosts")
})
