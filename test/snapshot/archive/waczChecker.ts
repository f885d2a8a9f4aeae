/**
 * Checks a WACZ against the specifications (WACZ 1.1.1, WARC 1.1, CDXJ), written from them and sharing no code with
 * the writer. Gives every fault it finds; an empty list means that the file is in order.
 */
import { createHash } from "node:crypto"
import { gunzipSync, inflateRawSync, createGunzip } from "node:zlib"
import yauzl from "yauzl"

export interface CheckedRecord {
  readonly offset: number
  readonly length: number
  readonly version: string
  readonly headers: ReadonlyMap<string, string>
  readonly block: Buffer
  /** Of HTTP records: what follows the head. */
  readonly payload: Buffer
  readonly http: { readonly first: string; readonly headers: ReadonlyArray<readonly [string, string]> } | null
}

export interface Checked {
  readonly faults: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
  readonly records: ReadonlyArray<CheckedRecord>
  readonly index: ReadonlyArray<{
    readonly key: string
    readonly timestamp: string
    readonly fields: Record<string, string>
  }>
  readonly pages: ReadonlyArray<Record<string, unknown>>
  readonly datapackage: Record<string, unknown>
}

interface Member {
  readonly data: Buffer
  readonly stored: boolean
}

const readZip = (file: string): Promise<Map<string, Member>> =>
  new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (openError, archive) => {
      if (openError !== null || archive === undefined) return reject(openError)
      const members = new Map<string, Member>()
      archive.on("entry", (entry: yauzl.Entry) => {
        archive.openReadStream(entry, (error, stream) => {
          if (error !== null || stream === undefined) return reject(error)
          const pieces: Array<Buffer> = []
          stream.on("data", (piece: Buffer) => pieces.push(piece))
          stream.on("error", reject)
          stream.on("end", () => {
            members.set(entry.fileName, {
              data: Buffer.concat(pieces),
              stored: entry.compressionMethod === 0,
            })
            archive.readEntry()
          })
        })
      })
      archive.on("end", () => resolve(members))
      archive.on("error", reject)
      archive.readEntry()
    })
  })

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`

/** The gzip members of a file with their places. */
const gzipMembers = async (
  file: Buffer,
): Promise<Array<{ offset: number; length: number; data: Buffer }>> => {
  const members: Array<{ offset: number; length: number; data: Buffer }> = []
  for (let offset = 0; offset < file.length;) {
    const { data, used } = await oneMember(file.subarray(offset))
    members.push({ offset, length: used, data })
    offset += used
  }
  return members
}

const oneMember = (bytes: Buffer) =>
  new Promise<{ data: Buffer; used: number }>((resolve, reject) => {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8)
      return reject(new Error("not a gzip member"))
    if (bytes[3] !== 0) return reject(new Error("gzip flags are not read by this checker"))
    // inflateRaw tells how much it used; the member ends 8 bytes later.
    const inflated = inflateRawSync(bytes.subarray(10), { info: true } as never) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    const used = 10 + inflated.engine.bytesWritten + 8
    const gunzip = createGunzip()
    gunzip.on("error", reject)
    const pieces: Array<Buffer> = []
    gunzip.on("data", (piece: Buffer) => pieces.push(piece))
    gunzip.on("end", () => resolve({ data: Buffer.concat(pieces), used }))
    gunzip.end(bytes.subarray(0, used))
  })

const splitHead = (bytes: Buffer) => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return null
  const lines = bytes.subarray(0, end).toString("utf8").split("\r\n")
  const headers = lines.slice(1).map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  return { first: lines[0]!, headers, rest: bytes.subarray(end + 4) }
}

const mandatory = ["WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"]
const w3cDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

class Checker {
  readonly faults: Array<string> = []

  fault(where: string, what: string) {
    this.faults.push(`${where}: ${what}`)
  }

  record(member: { offset: number; length: number; data: Buffer }): CheckedRecord | null {
    const where = `record at ${member.offset}`
    const head = splitHead(member.data)
    if (head === null) {
      this.fault(where, "has no end of headers")
      return null
    }
    if (head.first !== "WARC/1.1") this.fault(where, `starts with ${head.first}`)
    const headers = new Map<string, string>()
    for (const [name, value] of head.headers) {
      if (headers.has(name) && name !== "WARC-Concurrent-To") this.fault(where, `repeats ${name}`)
      headers.set(name, value)
    }
    for (const name of mandatory) if (!headers.has(name)) this.fault(where, `has no ${name}`)
    if (!/^<urn:uuid:[0-9a-f-]{36}>$/.test(headers.get("WARC-Record-ID") ?? ""))
      this.fault(where, "has a bad id")
    if (!w3cDate.test(headers.get("WARC-Date") ?? ""))
      this.fault(where, `has the date ${headers.get("WARC-Date")}`)
    const length = Number(headers.get("Content-Length"))
    const block = head.rest.subarray(0, length)
    if (block.length !== length) this.fault(where, "is shorter than its Content-Length")
    if (!head.rest.subarray(length).equals(Buffer.from("\r\n\r\n")))
      this.fault(where, "does not end in two line breaks")
    if (headers.get("WARC-Block-Digest") !== sha256(block)) this.fault(where, "has a wrong block digest")
    return this.payload(where, { ...member, version: head.first, headers, block })
  }

  private payload(where: string, record: Omit<CheckedRecord, "payload" | "http">): CheckedRecord {
    const type = record.headers.get("WARC-Type")!
    if (!["warcinfo", "request", "response", "resource", "metadata"].includes(type))
      this.fault(where, `is a ${type}`)
    if (
      type === "warcinfo" ? record.headers.has("WARC-Target-URI") : !record.headers.has("WARC-Target-URI")
    ) {
      this.fault(where, `a ${type} and its WARC-Target-URI do not go together`)
    }
    const isHttp = type === "request" || type === "response"
    const http = isHttp ? splitHead(record.block) : null
    if (isHttp) {
      if (record.headers.get("Content-Type") !== `application/http; msgtype=${type}`)
        this.fault(where, "has a bad Content-Type")
      if (http === null) this.fault(where, "holds no HTTP head")
      else this.http(where, type, http)
    }
    const payload = http === null ? record.block : http.rest
    const digest = record.headers.get("WARC-Payload-Digest")
    if (type === "response" && digest === undefined) this.fault(where, "has no payload digest")
    if (digest !== undefined && digest !== sha256(payload)) this.fault(where, "has a wrong payload digest")
    return { ...record, payload, http }
  }

  private http(where: string, type: string, http: NonNullable<ReturnType<typeof splitHead>>) {
    const first = type === "response" ? /^HTTP\/1\.1 [1-5]\d\d( .*)?$/ : /^[!-~]+ \S+ HTTP\/1\.1$/
    if (!first.test(http.first)) this.fault(where, `starts with ${http.first}`)
    for (const [name] of http.headers)
      if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) this.fault(where, `has the header ${name}`)
    if (type === "request") {
      if (!http.headers.some(([name]) => name.toLowerCase() === "host")) this.fault(where, "has no Host")
      return
    }
    // Bodies are stored decoded, so nothing may say otherwise.
    for (const name of ["content-encoding", "transfer-encoding"]) {
      if (http.headers.some(([each]) => each.toLowerCase() === name)) this.fault(where, `says ${name}`)
    }
    const lengths = http.headers.filter(([name]) => name.toLowerCase() === "content-length")
    if (lengths.some(([, value]) => value !== String(http.rest.length)))
      this.fault(where, "has a wrong Content-Length in its HTTP head")
  }

  relations(records: ReadonlyArray<CheckedRecord>) {
    const ids = new Map(records.map((record) => [record.headers.get("WARC-Record-ID")!, record]))
    if (ids.size !== records.length) this.fault("data.warc.gz", "has records with the same id")
    if (records[0]?.headers.get("WARC-Type") !== "warcinfo")
      this.fault("data.warc.gz", "does not begin with a warcinfo")
    for (const record of records) {
      if (record.headers.get("WARC-Type") !== "request") continue
      const response = ids.get(record.headers.get("WARC-Concurrent-To") ?? "")
      if (response?.headers.get("WARC-Target-URI") !== record.headers.get("WARC-Target-URI")) {
        this.fault(`record at ${record.offset}`, "is concurrent to no response of its address")
      }
    }
  }

  index(text: string, records: ReadonlyArray<CheckedRecord>) {
    const where = "index.cdx"
    const lines = text.split("\n")
    if (lines.pop() !== "") this.fault(where, "does not end in a line break")
    const sorted = [...lines].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    if (lines.some((line, at) => line !== sorted[at])) this.fault(where, "is not sorted")
    const byOffset = new Map(records.map((record) => [record.offset, record]))
    const entries = lines.flatMap((line) => {
      const parts = /^(\S+) (\d{14}) (\{.*\})$/.exec(line)
      if (parts === null) {
        this.fault(where, `has the line ${line}`)
        return []
      }
      const fields = JSON.parse(parts[3]!) as Record<string, string>
      const record = byOffset.get(Number(fields["offset"]))
      if (record === undefined || record.length !== Number(fields["length"])) {
        this.fault(where, `points to no record: ${line}`)
      } else {
        if (record.headers.get("WARC-Target-URI") !== fields["url"])
          this.fault(where, `has a wrong url: ${line}`)
        if (record.headers.get("WARC-Payload-Digest") !== fields["digest"])
          this.fault(where, `has a wrong digest: ${line}`)
        if (record.headers.get("WARC-Date")!.replace(/\D/g, "").slice(0, 14) !== parts[2])
          this.fault(where, `has a wrong time: ${line}`)
        if (record.http !== null && record.http.first.split(" ")[1] !== fields["status"])
          this.fault(where, `has a wrong status: ${line}`)
      }
      if (fields["filename"] !== "data.warc.gz") this.fault(where, `has a wrong file name: ${line}`)
      return [{ key: parts[1]!, timestamp: parts[2]!, fields }]
    })
    const offsets = new Set(entries.map((entry) => Number(entry.fields["offset"])))
    for (const record of records) {
      const indexed = ["response", "resource"].includes(record.headers.get("WARC-Type")!)
      if (indexed && !offsets.has(record.offset))
        this.fault(where, `leaves out the record at ${record.offset}`)
    }
    return entries
  }
}

const required = [
  "archive/data.warc.gz",
  "datapackage.json",
  "datapackage-digest.json",
  "indexes/index.cdx",
  "pages/pages.jsonl",
]

/** Reads the whole file into memory: for tests. */
export const checkWacz = async (file: string): Promise<Checked> => {
  const checker = new Checker()
  const members = await readZip(file)
  for (const name of required) if (!members.has(name)) checker.fault("zip", `has no ${name}`)
  const dataOf = (name: string) => members.get(name)?.data ?? Buffer.alloc(0)
  if (members.get("archive/data.warc.gz")?.stored !== true) checker.fault("zip", "packs the WARC again")

  const datapackage = JSON.parse(dataOf("datapackage.json").toString()) as Record<string, unknown>
  if (datapackage["profile"] !== "data-package") checker.fault("datapackage.json", "has no profile")
  if (datapackage["wacz_version"] !== "1.1.1") checker.fault("datapackage.json", "has another version")
  const resources = datapackage["resources"] as ReadonlyArray<Record<string, unknown>>
  for (const resource of resources) {
    const data = dataOf(String(resource["path"]))
    if (resource["hash"] !== sha256(data))
      checker.fault("datapackage.json", `has a wrong hash of ${resource["path"]}`)
    if (resource["bytes"] !== data.length)
      checker.fault("datapackage.json", `has a wrong size of ${resource["path"]}`)
    if (typeof resource["name"] !== "string")
      checker.fault("datapackage.json", `gives ${resource["path"]} no name`)
  }
  const named = new Set(resources.map((resource) => resource["path"]))
  for (const name of members.keys()) {
    if (!name.startsWith("datapackage") && !named.has(name))
      checker.fault("datapackage.json", `leaves out ${name}`)
  }
  const digest = JSON.parse(dataOf("datapackage-digest.json").toString()) as Record<string, unknown>
  if (digest["path"] !== "datapackage.json" || digest["hash"] !== sha256(dataOf("datapackage.json"))) {
    checker.fault("datapackage-digest.json", "does not match")
  }

  const warc = dataOf("archive/data.warc.gz")
  const records = (await gzipMembers(warc)).flatMap((member) => checker.record(member) ?? [])
  checker.relations(records)
  const index = checker.index(dataOf("indexes/index.cdx").toString(), records)
  for (const { fields } of index) {
    const slice = warc.subarray(Number(fields["offset"]), Number(fields["offset"]) + Number(fields["length"]))
    if (!gunzipSync(slice).toString("latin1").startsWith("WARC/1.1\r\n"))
      checker.fault("index.cdx", "points into a record")
  }

  const [head, ...pages] = dataOf("pages/pages.jsonl")
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  if (head?.["format"] !== "json-pages-1.0" || typeof head["id"] !== "string")
    checker.fault("pages.jsonl", "has a bad first line")
  const indexed = new Set(index.map((entry) => entry.fields["url"]))
  for (const page of pages) {
    if (!indexed.has(String(page["url"])))
      checker.fault("pages.jsonl", `names ${page["url"]}, which is not in the index`)
    if (!w3cDate.test(String(page["ts"]))) checker.fault("pages.jsonl", `has the time ${page["ts"]}`)
  }
  if (datapackage["mainPageUrl"] !== pages[0]?.["url"])
    checker.fault("datapackage.json", "has another main page")
  return { faults: checker.faults, names: [...members.keys()], records, index, pages, datapackage }
}
