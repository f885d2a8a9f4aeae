/**
 * The one message at the bottom left. A removal is sent only when its toast has gone: until then Undo is simply not
 * doing it. Errors are banners, not toasts.
 */
import type { ReactNode } from "react"
import { api } from "./api.ts"
import { latestList } from "./LinkList.ts"
import { Store } from "./Store.ts"

export interface Toast {
  readonly key: number
  readonly text: ReactNode
  readonly action?: { readonly label: ReactNode; readonly run: () => void }
  /** Called when the toast goes without its action. */
  readonly gone?: () => void
}

export const toastMillis = 8_000
export const toast = new Store<Toast | null>(null)
let keys = 0

export const closeToast = (key: number) => {
  const shown = toast.get()
  if (shown?.key !== key) return
  toast.set(null)
  shown.gone?.()
}

/** One at a time: a new one settles the one before. */
export const showToast = (next: Omit<Toast, "key">) => {
  const shown = toast.get()
  keys += 1
  toast.set({ ...next, key: keys })
  shown?.gone?.()
}

export const runToastAction = () => {
  const shown = toast.get()
  if (shown?.action === undefined) return
  toast.set(null)
  shown.action.run()
}

/** What was refused, as it was thrown: it is said in the reader's language where it is shown. */
export const problem = new Store<Error | null>(null)

/** Runs a call of a button; what the daemon refuses is shown in the band on top of the page. */
export const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work()
    problem.set(null)
    return true
  } catch (cause) {
    problem.set(cause instanceof Error ? cause : new Error(String(cause)))
    return false
  }
}

const waiting = new Set<() => void>()

/** Takes links out of the list now and removes them for good when the toast has gone. */
export const removeLinks = (ids: ReadonlyArray<string>, text: ReactNode, undo: ReactNode) => {
  const list = latestList()
  const putBack = list?.hide(ids) ?? (() => {})
  list?.clearSelection()
  const send = (keepalive: boolean) => {
    waiting.delete(sendNow)
    return ids.length === 1
      ? api("DELETE", `/links/${encodeURIComponent(ids[0] ?? "")}`, { keepalive })
      : api("POST", "/links/bulk", { body: { ids, action: "remove" }, keepalive })
  }
  const sendNow = () => void send(true).catch(() => {})
  waiting.add(sendNow)
  showToast({
    text,
    action: {
      label: undo,
      run: () => {
        waiting.delete(sendNow)
        putBack()
      },
    },
    gone: () => {
      void attempt(() => send(false)).then((sent) => {
        if (!sent) putBack()
      })
    },
  })
}

/** The page is being closed: what was removed is removed. */
export const sendRemovals = () => {
  for (const send of waiting) send()
}
