/** The two stores, each with a way to open the same one again, and a wrapper that makes one slow or failing. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Journal } from "../../../src/actors/Journal.ts"
import { layerMemory, MemoryShelves } from "../../../src/actors/memoryStore.ts"
import { layerSql } from "../../../src/actors/sql/SqlStore.ts"
import { StateStore, type Save } from "../../../src/actors/StateStore.ts"
import { StoreError } from "../../../src/actors/StoreError.ts"

export interface Place {
  /** Opens the store; each use of the layer opens the same one anew. */
  readonly layer: Layer.Layer<StateStore | Journal>
  readonly remove: () => void
}

export interface StoreKind {
  readonly name: string
  readonly place: () => Place
}

const memory: StoreKind = {
  name: "memory",
  place: () => {
    const shelves = new MemoryShelves()
    return { layer: Layer.suspend(() => layerMemory(shelves)), remove: () => undefined }
  },
}

const sqliteAt = (filename: string) => Layer.orDie(Layer.provide(layerSql, SqliteClient.layer({ filename })))

const sqlite: StoreKind = {
  name: "sqlite",
  place: () => {
    const folder = mkdtempSync(join(tmpdir(), "linkseal-actors-"))
    return {
      layer: Layer.suspend(() => sqliteAt(join(folder, "store.db"))),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}

export const stores: ReadonlyArray<StoreKind> = [memory, sqlite]

/** What a faulty store does; change it while it runs. */
export class Faults {
  /** So many saves fail, one after the other. */
  failSaves = 0
  /** So many loads fail, one after the other. */
  failLoads = 0
  /** So many have. */
  failedLoads = 0
  /** Saves of this machine take so long. */
  slow: { readonly id: string | number; readonly millis: number } | null = null
  /** Saves are done at once, and say so only after so long. */
  lateSavesMillis = 0
  /** So many changes of timers fail, one after the other. */
  failTimers = 0
  /** To change timers, or to fail at it, takes so long. */
  slowTimersMillis = 0
  /** To take events out of the inbox takes so long. */
  slowDiscardMillis = 0
  /** So long passes before a durable event is written. */
  slowAcceptMillis = 0
  /** To look a machine up is a defect. */
  lookUpDies = false
  /** Every save that was asked for. */
  readonly saves: Array<Save<unknown, unknown>> = []
}

/** The store, with faults between it and the group. */
export const faulty =
  (faults: Faults) =>
  <E, R>(layer: Layer.Layer<StateStore | Journal, E, R>) =>
    Layer.map(layer, (context) => context).pipe(
      Layer.flatMap((context) =>
        Layer.merge(
          Layer.succeedContext(context),
          Layer.effect(
            StateStore,
            Effect.map(Effect.provide(StateStore, context), (store) =>
              StateStore.of({
                ...store,
                open: (shelf) => {
                  const inner = store.open(shelf)
                  return {
                    ...inner,
                    load: (...args) => {
                      if (faults.failLoads <= 0) return inner.load(...args)
                      faults.failLoads--
                      faults.failedLoads++
                      return Effect.fail(new StoreError({ operation: "load", message: "the disk is gone" }))
                    },
                    setTimers: (...args) =>
                      Effect.delay(
                        Effect.suspend(() =>
                          faults.failTimers-- > 0
                            ? Effect.fail(new StoreError({ operation: "write", message: "the disk is full" }))
                            : inner.setTimers(...args),
                        ),
                        faults.slowTimersMillis,
                      ),
                    accept: (...args) =>
                      faults.slowAcceptMillis === 0
                        ? inner.accept(...args)
                        : Effect.delay(
                            Effect.suspend(() => inner.accept(...args)),
                            faults.slowAcceptMillis,
                          ),
                    has: (of) => (faults.lookUpDies ? Effect.die("no such table") : inner.has(of)),
                    discard: (...args) =>
                      Effect.delay(
                        Effect.suspend(() => inner.discard(...args)),
                        faults.slowDiscardMillis,
                      ),
                    save: (save) => {
                      faults.saves.push(save)
                      if (faults.failSaves > 0) {
                        faults.failSaves--
                        return Effect.fail(
                          new StoreError({ operation: "write", message: "the disk is full" }),
                        )
                      }
                      const saving = () => inner.save(save) ?? Effect.void
                      if (faults.lateSavesMillis > 0)
                        return Effect.zipLeft(Effect.suspend(saving), Effect.sleep(faults.lateSavesMillis))
                      return faults.slow?.id === save.id
                        ? Effect.delay(Effect.suspend(saving), faults.slow.millis)
                        : inner.save(save)
                    },
                  }
                },
              }),
            ),
          ),
        ),
      ),
    )

/** A kind of store whose writes fail when told to. */
export const withFaults = (kind: StoreKind, faults: Faults): StoreKind => ({
  ...kind,
  place: () => {
    const place = kind.place()
    return { ...place, layer: faulty(faults)(place.layer) }
  },
})
