/**
 * The project's own sources as facts for `tidy.test.ts`: which files there are, what each one imports, and which banned
 * expressions it holds. Read with a parser, so that comments and strings are never mistaken for code.
 */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync } from "oxc-parser"

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")

export interface Import {
  /** As written. */
  readonly specifier: string
  /** Path from the checkout's root when it is a file of ours. */
  readonly file: string | null
  readonly typeOnly: boolean
  readonly line: number
}

export interface Source {
  /** Path from the checkout's root, with slashes. */
  readonly file: string
  readonly text: string
  readonly imports: ReadonlyArray<Import>
  /** Time, chance and timers taken from the machine, and what is broken in Node 20, as `file:line what`. */
  readonly banned: ReadonlyArray<string>
}

type Node = { readonly type: string; readonly start: number } & Record<string, unknown>

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"

const children = (node: Node): ReadonlyArray<Node> => Object.values(node).flat().filter(isNode)

const isNamed = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === "Identifier" && node["name"] === name

const bannedMembers: Readonly<Record<string, ReadonlyArray<string>>> = {
  Date: ["now"],
  Math: ["random"],
  performance: ["now", "timeOrigin"],
  process: ["hrtime", "uptime"],
  // Says no to good addresses once it is hot; see src/snapshot/parseUrl.ts.
  URL: ["canParse"],
}
const globals = ["globalThis", "global", "window", "self"]
const bannedNames = ["setTimeout", "setInterval", "setImmediate"]
const bannedModules = ["node:timers", "node:timers/promises", "timers", "timers/promises", "node:perf_hooks"]

/** Playwright runs these functions in the page, where the page's own clock is the only one. */
const runsInThePage = [
  "evaluate",
  "evaluateAll",
  "evaluateHandle",
  "addInitScript",
  "waitForFunction",
  "$eval",
  "$$eval",
]

const isPageCall = (node: Node): boolean => {
  const callee = node["callee"]
  return (
    isNode(callee) &&
    callee.type === "MemberExpression" &&
    runsInThePage.some((name) => isNamed(callee["property"], name))
  )
}

const bannedMember = (node: Node): string | undefined => {
  const { object, property } = node
  for (const [owner, names] of Object.entries(bannedMembers)) {
    const name = names.find((candidate) => isNamed(property, candidate))
    if (name !== undefined && isNamed(object, owner)) return `${owner}.${name}`
  }
  return globals.some((name) => isNamed(object, name))
    ? bannedNames.find((name) => isNamed(property, name))
    : undefined
}

const bannedHere = (node: Node): string | undefined => {
  if (node.type === "MemberExpression") return bannedMember(node)
  if (node.type === "NewExpression" && isNamed(node["callee"], "Date")) {
    return (node["arguments"] as ReadonlyArray<unknown>).length === 0 ? "new Date()" : undefined
  }
  if (node.type !== "CallExpression") return undefined
  if (isNamed(node["callee"], "Date")) return "Date()"
  return bannedNames.find((name) => isNamed(node["callee"], name))
}

/** `new URL("./worker.ts", import.meta.url)`: how a worker thread's entry or a file beside the code is named. */
const fileByUrl = (node: Node): string | undefined => {
  if (node.type !== "NewExpression" || !isNamed(node["callee"], "URL")) return undefined
  const [path, base] = node["arguments"] as ReadonlyArray<Node>
  const isLocal = base?.type === "MemberExpression" && isNamed(base["property"], "url")
  return isLocal && path?.type === "Literal" ? String(path["value"]) : undefined
}

const resolve = (from: string, specifier: string): string | null =>
  specifier.startsWith(".")
    ? join(dirname(from), specifier).replace(/\.js$/, ".ts").replaceAll("\\", "/")
    : null

const isTypeImport = (entries: ReadonlyArray<{ isType: boolean }>): boolean =>
  entries.length > 0 && entries.every((entry) => entry.isType)

/** Reads one file; a file that does not parse is an error that names it. */
export const parseSource = (file: string, text: string): Source => {
  const { program, module, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length
  const imports: Array<Import> = []
  const banned: Array<string> = []
  const add = (specifier: string, typeOnly: boolean, start: number) =>
    imports.push({ specifier, file: resolve(file, specifier), typeOnly, line: lineAt(start) })
  for (const found of module.staticImports) {
    add(found.moduleRequest.value, isTypeImport(found.entries), found.start)
    const name = found.moduleRequest.value
    if (bannedModules.includes(name)) banned.push(`${file}:${lineAt(found.start)} ${name}`)
  }
  for (const found of module.staticExports) {
    const request = found.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest
    if (request) add(request.value, isTypeImport(found.entries), found.start)
  }
  const visit = (node: Node, inPage: boolean): void => {
    const what = inPage ? undefined : bannedHere(node)
    if (what !== undefined) banned.push(`${file}:${lineAt(node.start)} ${what}`)
    const lazy = node.type === "ImportExpression" || node.type === "TSImportType" ? node["source"] : undefined
    if (isNode(lazy) && lazy.type === "Literal")
      add(String(lazy["value"]), node.type === "TSImportType", node.start)
    const url = fileByUrl(node)
    if (url !== undefined) add(url, false, node.start)
    const below = inPage || (node.type === "CallExpression" && isPageCall(node))
    for (const child of children(node)) visit(child, below)
  }
  visit(program as unknown as Node, false)
  return { file, text, imports, banned }
}

/** Files under a folder of the checkout, as paths from its root, sorted; none when there is no such folder. */
export const filesIn = (folder: string): ReadonlyArray<string> => {
  const walk = (path: string): ReadonlyArray<string> => {
    try {
      return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
        const child = join(path, entry.name)
        return entry.isDirectory() ? walk(child) : [relative(root, child).replaceAll("\\", "/")]
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
      throw error
    }
  }
  return walk(join(root, folder)).toSorted()
}

export const readText = (file: string): string => readFileSync(join(root, file), "utf8")

/** Every TypeScript file under the folder, parsed. */
export const sourcesIn = (folder: string): ReadonlyArray<Source> =>
  filesIn(folder)
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => parseSource(file, readText(file)))

/** What can be reached from the entries by imports that remain at run time or carry a type. */
export const reachable = (
  sources: ReadonlyArray<Source>,
  entries: ReadonlyArray<string>,
): ReadonlySet<string> => {
  const byFile = new Map(sources.map((source) => [source.file, source]))
  const seen = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const source = byFile.get(file)
    if (source === undefined || seen.has(file)) continue
    seen.add(file)
    for (const { file: next } of source.imports) {
      // The page's bundler also finds a file without its ending.
      if (next !== null) waiting.push(next, `${next}.ts`, `${next}.tsx`)
    }
  }
  return seen
}
