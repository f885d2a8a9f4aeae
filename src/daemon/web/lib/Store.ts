/**
 * State outside React: a value with listeners. Listeners run once per animation frame however often the value
 * changed, so that a burst of two thousand events costs one render.
 */
import { useCallback, useSyncExternalStore } from "react"

type Listener = () => void

const due = new Set<Listener>()
let planned = false

const flush = () => {
  planned = false
  const now = [...due]
  due.clear()
  for (const listener of now) listener()
}

/** A hidden tab gets no frames; half a second is then soon enough. */
export const notify = (listeners: Iterable<Listener>) => {
  for (const listener of listeners) due.add(listener)
  if (planned || due.size === 0) return
  planned = true
  if (document.visibilityState === "hidden") setTimeout(flush, 500)
  else requestAnimationFrame(flush)
}

export class Store<T> {
  private value: T
  private readonly listeners = new Set<Listener>()

  constructor(initial: T) {
    this.value = initial
  }

  readonly get = (): T => this.value

  readonly set = (value: T) => {
    if (Object.is(value, this.value)) return
    this.value = value
    notify(this.listeners)
  }

  readonly update = (change: (value: T) => T) => this.set(change(this.value))

  readonly subscribe = (listener: Listener) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get)

/** A map whose readers subscribe to one key. */
export class KeyedStore<T> {
  private readonly values = new Map<string, T>()
  private readonly listeners = new Map<string, Set<Listener>>()
  private readonly watched: ((key: string) => void) | undefined

  constructor(onWatched?: (key: string) => void) {
    this.watched = onWatched
  }

  readonly get = (key: string): T | undefined => this.values.get(key)

  readonly set = (key: string, value: T) => {
    this.values.set(key, value)
    notify(this.listeners.get(key) ?? [])
  }

  readonly delete = (key: string) => {
    if (this.values.delete(key)) notify(this.listeners.get(key) ?? [])
  }

  /** Whether something on the screen shows this key now. */
  readonly isWatched = (key: string) => this.listeners.has(key)

  readonly subscribe = (key: string, listener: Listener) => {
    const known = this.listeners.get(key) ?? new Set()
    known.add(listener)
    this.listeners.set(key, known)
    this.watched?.(key)
    return () => {
      known.delete(listener)
      if (known.size === 0) this.listeners.delete(key)
    }
  }
}

export const useKey = <T>(store: KeyedStore<T>, key: string): T | undefined =>
  useSyncExternalStore(
    useCallback((listener: Listener) => store.subscribe(key, listener), [store, key]),
    () => store.get(key),
  )
