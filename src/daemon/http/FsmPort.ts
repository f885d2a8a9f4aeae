/** What the handlers need of the two machines: the table as data, and how many machines are in each state. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { MachineKind, MachineTable } from "../api/fsm.ts"

export class FsmPort extends Context.Tag("linkseal/daemon/FsmPort")<
  FsmPort,
  {
    /** The table, without counts. */
    readonly table: (kind: MachineKind) => MachineTable
    readonly counts: (kind: MachineKind) => Effect.Effect<Readonly<Record<string, number>>>
  }
>() {}
