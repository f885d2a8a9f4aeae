/**
 * The ways in which a machine refuses an event, by what happens next: it has ended, it is parked until somebody
 * restarts it, its mailbox is full, (in a strict group) there is no such machine, or it is no event or no id at all.
 */
import * as Data from "effect/Data"

export type MachineId = string | number

/** The normal end: the machine is closed or in a final state, or its group has stopped. Final. */
export class ErrTerminated extends Data.TaggedError("ErrTerminated")<{
  readonly kind: string
  readonly id: MachineId
}> {
  override get message() {
    return `${this.kind} ${this.id} has ended and takes no more events`
  }
}

/** The machine failed too often and waits for `restart`. What it had accepted is kept. */
export class MachineParked extends Data.TaggedError("MachineParked")<{
  readonly kind: string
  readonly id: MachineId
  readonly reason: string
}> {
  override get message() {
    return `${this.kind} ${this.id} is parked: ${this.reason}; restart it to go on`
  }
}

/** The mailbox holds as many events as it may. Try again later. */
export class MailboxFull extends Data.TaggedError("MailboxFull")<{
  readonly kind: string
  readonly id: MachineId
  readonly capacity: number
}> {
  override get message() {
    return `${this.kind} ${this.id} has ${this.capacity} events waiting and takes no more for now`
  }
}

/** Nothing is stored under this id, and the group does not make machines by itself. */
export class UnknownMachine extends Data.TaggedError("UnknownMachine")<{
  readonly kind: string
  readonly id: MachineId
}> {
  override get message() {
    return `there is no ${this.kind} ${this.id}`
  }
}

/** The event is not of a shape that this group takes. */
export class BadEvent extends Data.TaggedError("BadEvent")<{
  readonly kind: string
  readonly id: MachineId
  readonly message: string
}> {}

/** `begin` for an id whose machine is live. */
export class AlreadyTracking extends Data.TaggedError("AlreadyTracking")<{
  readonly kind: string
  readonly id: MachineId
}> {
  override get message() {
    return `${this.kind} ${this.id} is live already`
  }
}

/** `begin` for an id that is in the store. */
export class AlreadyExists extends Data.TaggedError("AlreadyExists")<{
  readonly kind: string
  readonly id: MachineId
}> {
  override get message() {
    return `${this.kind} ${this.id} exists already`
  }
}

/** `begin` with a value that is no state of this group. */
export class BadState extends Data.TaggedError("BadState")<{
  readonly kind: string
  readonly id: MachineId
  readonly message: string
}> {}

/** The id is none that a store can keep exactly, so that two machines could become one, or none. */
export class BadId extends Data.TaggedError("BadId")<{
  readonly kind: string
  readonly id: unknown
}> {
  override get message() {
    return `${JSON.stringify(this.id) ?? "undefined"} is no id of a ${this.kind}: an id is a text that is not empty, or a whole number`
  }
}

/** Half a character, which becomes another one in the store: two such ids would be one machine. */
const halfCharacter = /\p{Surrogate}/u

/** Ids are compared exactly, in memory and in the store; null when this one can be. */
export const badId = (kind: string, id: unknown): BadId | null => {
  const good = typeof id === "string" ? id !== "" && !halfCharacter.test(id) : Number.isSafeInteger(id)
  return good ? null : new BadId({ kind, id })
}

/** Why an event was not accepted. */
export type Refusal = ErrTerminated | MachineParked | MailboxFull | UnknownMachine | BadEvent | BadId
