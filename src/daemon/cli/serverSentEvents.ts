/** Reads the daemon's event stream: the fields `event`, `id` and `data`, comments as an event without a name. */
import type { Readable } from "node:stream"
import { StringDecoder } from "node:string_decoder"

export interface ServerSentEvent {
  /** Undefined for a comment, which says no more than that the stream lives. */
  readonly name: string | undefined
  readonly id: string | undefined
  readonly data: string
}

const parse = (block: string): ServerSentEvent | undefined => {
  let name: string | undefined
  let id: string | undefined
  const data: Array<string> = []
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) return { name: undefined, id: undefined, data: "" }
    const [, field, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === "event") name = value
    if (field === "id") id = value
    if (field === "data") data.push(value)
  }
  return data.length === 0 ? undefined : { name: name ?? "message", id, data: data.join("\n") }
}

/** Calls for each event, in order; resolves when the stream is over, however it ends. */
export const readEvents = (stream: Readable, onEvent: (event: ServerSentEvent) => void): Promise<void> =>
  new Promise((resolve) => {
    const decoder = new StringDecoder("utf8")
    let rest = ""
    stream.on("data", (chunk: Buffer) => {
      const blocks = (rest + decoder.write(chunk)).split("\n\n")
      rest = blocks.pop() ?? ""
      for (const block of blocks) {
        const event = parse(block)
        if (event !== undefined) onEvent(event)
      }
    })
    stream.on("close", resolve)
    stream.on("error", () => resolve())
  })
