/**
 * The settings of the modelled world as controls: which fields each has, and how they become the text that the daemon
 * takes. A setting that is not known here is still shown, with one field and the daemon's own words.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"

/** Lotus's short names of the tasks. */
const tasks = ["AP", "PC1", "PC2", "C1", "C2", "FIN"] as const
const methods = [
  "PreCommitSector",
  "PreCommitSectorBatch",
  "ProveCommitSector",
  "ProveCommitAggregate",
  "TerminateSectors",
] as const

export interface Field {
  readonly id: string
  readonly label: MessageDescriptor
  readonly kind: "text" | "number"
  readonly start: string
  /** A few values to choose from; names of the field stay as they are. */
  readonly choices?: ReadonlyArray<{ readonly value: string; readonly text: MessageDescriptor | string }>
  /** Hidden unless this says so. */
  readonly when?: (values: Values) => boolean
}
export type Values = Readonly<Record<string, string>>

export interface Knob {
  readonly title: MessageDescriptor
  readonly about: MessageDescriptor
  readonly fields: ReadonlyArray<Field>
  readonly valueOf: (values: Values) => string
  /** What will happen; asked before it is done. */
  readonly warning?: MessageDescriptor
}

export const groups: ReadonlyArray<{
  readonly title: MessageDescriptor
  readonly settings: ReadonlyArray<string>
}> = [
  {
    title: msg`Chain`,
    settings: ["base-fee", "messages", "release", "inclusion-epochs", "revert", "chain", "network-version"],
  },
  { title: msg`Workers and sealing`, settings: ["sealer-failure", "worker", "duration"] },
  { title: msg`Money and deals`, settings: ["wallet", "available-balance", "deal"] },
]

const text = (label: MessageDescriptor, start: string): ReadonlyArray<Field> => [
  { id: "value", label, kind: "text", start },
]
const number = (label: MessageDescriptor, start: string): ReadonlyArray<Field> => [
  { id: "value", label, kind: "number", start },
]
const plain = (values: Values) => (values["value"] ?? "").trim()
const words = (...parts: ReadonlyArray<string | undefined>) =>
  parts.filter((part) => part !== undefined && part.trim() !== "").join(" ")
const plainChoices = (names: ReadonlyArray<string>) => names.map((value) => ({ value, text: value }))

const fateChoices = [
  { value: "ok", text: msg`all land well` },
  { value: "out-of-gas", text: msg`run out of gas` },
  { value: "insufficient-funds", text: msg`lack funds` },
  { value: "exit", text: msg`fail with an exit code` },
  { value: "refused", text: msg`are refused by the node` },
  { value: "stuck", text: msg`are stuck` },
  { value: "delay", text: msg`come late` },
]
const notOk = ({ fate }: Values) => fate !== "ok"

/** `workers` are the names of the world as it is. */
export const knobs = (workers: ReadonlyArray<string>): Readonly<Record<string, Knob>> => ({
  "base-fee": {
    title: msg`Base fee`,
    about: msg`The base fee per unit of gas; commits are aggregated only above a limit of it.`,
    fields: text(msg`Base fee`, "0.5 nFIL"),
    valueOf: plain,
  },
  messages: {
    title: msg`Fate of the next messages`,
    about: msg`What happens to messages that the miner sends from now on.`,
    fields: [
      { id: "fate", label: msg`The next messages`, kind: "text", start: "out-of-gas", choices: fateChoices },
      { id: "code", label: msg`Exit code`, kind: "number", start: "16", when: ({ fate }) => fate === "exit" },
      {
        id: "epochs",
        label: msg`Epochs late`,
        kind: "number",
        start: "10",
        when: ({ fate }) => fate === "delay",
      },
      { id: "count", label: msg`How many`, kind: "number", start: "1", when: notOk },
      {
        id: "method",
        label: msg`Of which method`,
        kind: "text",
        start: "",
        choices: [{ value: "", text: msg`any` }, ...plainChoices(methods)],
        when: notOk,
      },
    ],
    valueOf: ({ fate = "ok", code, epochs, count, method }) =>
      fate === "ok"
        ? "ok"
        : words(
            fate === "exit" ? `exit-${code}` : fate === "delay" ? `delay-${epochs}` : fate,
            count,
            method,
          ),
  },
  release: {
    title: msg`Stuck messages`,
    about: msg`Lets messages that are stuck go on at the next epoch.`,
    fields: [],
    valueOf: () => "stuck",
  },
  "inclusion-epochs": {
    title: msg`Time until a message lands`,
    about: msg`At which epoch boundary from now a message is included; 1 is the next.`,
    fields: number(msg`Epochs`, "1"),
    valueOf: plain,
  },
  revert: {
    title: msg`Chain reorganisation`,
    about: msg`Takes the last epochs back: their messages land again, their randomness is another.`,
    fields: number(msg`How many epochs`, "5"),
    valueOf: plain,
    warning: msg`The last epochs of the modelled chain are taken back and built anew. Sectors that used their randomness or whose messages were in them have to do steps again. It cannot be undone.`,
  },
  chain: {
    title: msg`Chain node`,
    about: msg`Whether lookups on the chain are answered.`,
    fields: [
      {
        id: "value",
        label: msg`Chain node`,
        kind: "text",
        start: "down",
        choices: [
          { value: "up", text: msg`answers` },
          { value: "down", text: msg`is down` },
        ],
      },
    ],
    valueOf: plain,
  },
  "network-version": {
    title: msg`Network version`,
    about: msg`Batching needs 13, the fee of pre-commit batches 14.`,
    fields: number(msg`Network version`, "13"),
    valueOf: plain,
  },
  wallet: {
    title: msg`Wallets`,
    about: msg`What the wallets hold, for collateral and fees.`,
    fields: text(msg`Amount`, "10 FIL"),
    valueOf: plain,
  },
  "available-balance": {
    title: msg`Available balance`,
    about: msg`What the miner actor can spend.`,
    fields: text(msg`Amount`, "10 FIL"),
    valueOf: plain,
  },
  "sealer-failure": {
    title: msg`Failing jobs`,
    about: msg`Which of the next jobs fail, at their end.`,
    fields: [
      {
        id: "task",
        label: msg`Task`,
        kind: "text",
        start: "PC1",
        choices: [{ value: "none", text: msg`none fails` }, ...plainChoices(tasks)],
      },
      { id: "count", label: msg`How many`, kind: "number", start: "1", when: ({ task }) => task !== "none" },
      {
        id: "sector",
        label: msg`Of sector (empty: any)`,
        kind: "number",
        start: "",
        when: ({ task }) => task !== "none",
      },
      {
        id: "kind",
        label: msg`How`,
        kind: "text",
        start: "",
        choices: [
          { value: "", text: msg`with an error` },
          { value: "invalid", text: msg`with a result that does not hold` },
        ],
        when: ({ task }) => task !== "none",
      },
    ],
    valueOf: ({ task = "none", count, sector = "", kind }) =>
      task === "none" ? "none" : words(task, count, sector.trim() === "" ? "" : `sector ${sector}`, kind),
  },
  worker: {
    title: msg`Workers`,
    about: msg`A crash loses what runs on the worker; one that is down also stays away.`,
    fields: [
      {
        id: "name",
        label: msg`Worker`,
        kind: "text",
        start: workers[0] ?? "",
        ...(workers.length === 0 ? {} : { choices: plainChoices(workers) }),
      },
      {
        id: "what",
        label: msg`What it does`,
        kind: "text",
        start: "crash",
        choices: [
          { value: "crash", text: msg`crashes and comes back` },
          { value: "down", text: msg`goes down` },
          { value: "up", text: msg`comes up` },
        ],
      },
    ],
    valueOf: ({ name, what }) => words(name, what),
    warning: msg`What runs on the worker is lost when it crashes or goes down, and is begun again.`,
  },
  duration: {
    title: msg`Time a task takes`,
    about: msg`How long jobs of a task take from now on.`,
    fields: [
      { id: "task", label: msg`Task`, kind: "text", start: "PC1", choices: plainChoices(tasks) },
      { id: "time", label: msg`Time`, kind: "text", start: "3 h" },
    ],
    valueOf: ({ task, time }) => words(task, time),
  },
  deal: {
    title: msg`A published deal`,
    about: msg`Changes a deal under the sectors that hold it.`,
    fields: [
      { id: "id", label: msg`Deal`, kind: "number", start: "1" },
      {
        id: "what",
        label: msg`What becomes of it`,
        kind: "text",
        start: "drop",
        choices: [
          { value: "drop", text: msg`is dropped` },
          { value: "move", text: msg`gets another id, as in a reorganisation` },
          { value: "start", text: msg`starts at an epoch` },
        ],
      },
      { id: "epoch", label: msg`Epoch`, kind: "number", start: "", when: ({ what }) => what === "start" },
    ],
    valueOf: ({ id, what, epoch }) => words(id, what, what === "start" ? epoch : ""),
    warning: msg`A sector whose deal is gone or changed has to be filled or sealed differently, or is lost. It cannot be undone.`,
  },
})

/** For a setting that the page does not know. */
export const unknownKnobFields: ReadonlyArray<Field> = text(msg`Value`, "")
