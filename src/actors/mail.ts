/**
 * What becomes of the events of one machine beside its plan: who is told, who observes, what goes to the dead letters, and
 * how events that the store kept come into the mailbox.
 */
import * as Effect from "effect/Effect"
import type { Change, GroupOptions } from "./GroupOptions.ts"
import type { Planned } from "./MachineCore.ts"
import type { Mailbox, Verdict } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId, Refusal } from "./Refusal.ts"
import type { GroupStore, StoredMachine } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"

const taken: Verdict = { _tag: "Planned" }

/** Tells the senders of the taken events, which are still in the mailbox, what became of them. */
export const answer = <S, E extends TaggedEvent>(
  host: { readonly deadLetter: (id: MachineId, event: E, reason: string) => void },
  id: MachineId,
  mailbox: Mailbox<E>,
  next: Planned<S, E>,
): void => {
  for (const { event, failure } of next.rejected) host.deadLetter(id, event, failure.message)
  for (let index = 0; index < next.takes; index++) {
    const { reply } = mailbox.note(index)
    if (next.failure !== null) host.deadLetter(id, mailbox.at(index), next.failure.message)
    if (reply === null) continue
    const failure = next.failure ?? next.rejected.find((rejected) => rejected.index === index)?.failure
    reply(failure === undefined ? taken : { _tag: "Refused", failure })
  }
}

/** What is to be said of a plan: its failure, or that the planner claimed more than there was. */
export const troubleOf = <S, E>(next: Planned<S, E>): string | null => {
  if (next.failure !== null) return next.failure.message
  return next.processed > next.waiting
    ? `the planner took ${next.processed} of ${next.waiting} events; it counts as all`
    : null
}

export const changeOf = <S, E extends TaggedEvent>(
  { kind, stateName }: GroupOptions<S, E, unknown>,
  id: MachineId,
  next: Planned<S, E>,
  at: number,
): Change<S, E> => ({
  kind,
  id,
  at,
  before: next.before,
  after: next.state,
  from: stateName(next.before),
  to: stateName(next.state),
  events: next.applied,
  failure: next.failure,
})

/** Tells all who wait for a verdict that there will be none; their events stay where they are. */
export const refuseWaiting = <E>(mailbox: Mailbox<E>, refusal: () => Refusal): void => {
  for (let index = 0; index < mailbox.length; index++) {
    const { reply } = mailbox.note(index)
    if (reply !== null) reply({ _tag: "Lost", refusal: refusal() })
  }
}

/** Puts in what the mailbox does not hold yet: before all else at the first load, behind it when loaded again. */
export const acceptStored = <S, E>(
  mailbox: Mailbox<E>,
  inbox: StoredMachine<S, E>["inbox"],
  again: boolean,
): void => {
  const early = mailbox.takeAll()
  const known = new Set(early.map((envelope) => envelope.inbox))
  if (again) for (const { event, ...note } of early) mailbox.push(event, note)
  for (const { event, seq } of inbox)
    if (!known.has(seq)) mailbox.push(event, { inbox: seq, timer: null, reply: null })
  if (!again) for (const { event, ...note } of early) mailbox.push(event, note)
}

/** What waits for a machine that has ended leaves the inbox before anybody hears of it. */
export const forgetEnded = <S, E>(
  store: GroupStore<S, E>,
  id: MachineId,
  found: StoredMachine<S, E> | null,
  revive: boolean,
): Effect.Effect<void, StoreError> => {
  if (found === null || !found.ended || revive || found.inbox.length === 0) return Effect.void
  const seqs = found.inbox.map(({ seq }) => seq)
  return Effect.asVoid(store.discard(id, seqs, null))
}
