/** What a process of Node still holds when all garbage is gone, asked through its inspector. */
import { createServer } from "node:net"
import { WebSocket } from "undici"

/** Bytes. */
export interface HeldMemory {
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
}

/** Full collections; what finalizers free goes with the second. */
const collections = 3

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** For a process that was started with `--inspect=127.0.0.1:PORT`. */
export const heldMemory = async (port: number): Promise<HeldMemory> => {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as ReadonlyArray<{
    readonly webSocketDebuggerUrl: string
  }>
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve)
    socket.addEventListener("error", reject)
  })
  let last = 0
  const send = (method: string, params: object = {}) =>
    new Promise<any>((resolve) => {
      const id = ++last
      const hear = ({ data }: { readonly data: unknown }) => {
        const answer = JSON.parse(String(data)) as { readonly id?: number; readonly result: unknown }
        if (answer.id !== id) return
        socket.removeEventListener("message", hear)
        resolve(answer.result)
      }
      socket.addEventListener("message", hear)
      socket.send(JSON.stringify({ id, method, params }))
    })
  try {
    for (let turn = 0; turn < collections; turn++) await send("HeapProfiler.collectGarbage")
    const expression = "JSON.stringify(process.memoryUsage())"
    const { result } = await send("Runtime.evaluate", { expression, returnByValue: true })
    return JSON.parse(result.value) as HeldMemory
  } finally {
    // A daemon does not end while somebody looks into it.
    socket.close()
  }
}
