/**
 * `node scripts/complete-lock.mjs`, after `npm install`: writes into package-lock.json the optional packages of other platforms that
 * npm left out because the registry at hand did not have them. npm 11 refuses `npm ci` without them, and on such a platform
 * nobody would get them. They carry no hash (there was nothing to hash); platforms are read from their names.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./root.mjs"

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
]

/** `binding-linux-arm-musleabihf` is for Linux on arm with musl. */
const platformOf = (name) => {
  const words = name.split(/[/-]/)
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc"
  const isNamed = words.some((word) => /^(musl|gnu)/.test(word))
  return {
    cpu: cpu === undefined ? undefined : [cpu],
    libc: os === "linux" && isNamed ? [libc] : undefined,
    os: os === undefined ? undefined : [os],
  }
}

const isLocked = (packages, from, name) => {
  for (
    let folder = from;
    folder !== "";
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))
  ) {
    if (`${folder}/node_modules/${name}` in packages) return true
  }
  return `node_modules/${name}` in packages
}

/** The optional dependencies that have no entry in the lock, each with who asks for it. */
export const missingFromLock = (packages) =>
  Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, from, name))
      .map(([name, version]) => ({ from, name, version })),
  )

const complete = (packages) => {
  const added = { ...packages }
  for (const { from, name, version } of missingFromLock(packages)) {
    const { cpu, libc, os } = platformOf(name)
    if (!/^\d+\.\d+\.\d+/.test(version) || (cpu === undefined && os === undefined)) {
      throw new Error(`cannot tell the platform or the version of ${name}@${version}, wanted by ${from}`)
    }
    const { dev, license, engines } = packages[from]
    // In the order in which npm writes them; what is undefined is left out of the JSON.
    added[`node_modules/${name}`] = { version, cpu, dev, libc, license, optional: true, os, engines }
  }
  const sorted = Object.keys(added).sort((a, b) => a.localeCompare(b, "en"))
  return Object.fromEntries(sorted.map((path) => [path, added[path]]))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = join(root, "package-lock.json")
  const lock = JSON.parse(readFileSync(file, "utf8"))
  const before = Object.keys(lock.packages).length
  lock.packages = complete(lock.packages)
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  process.stdout.write(`${Object.keys(lock.packages).length - before} packages added to package-lock.json\n`)
}
