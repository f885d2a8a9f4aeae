/** The modelled world's knobs, for drills: what the chain, the workers and the market do next. Nothing of it is real. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { api } from "../lib/api.ts"
import type { World as WorldShown, WorldSetting } from "../lib/types.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Refused } from "../parts/Refused.tsx"
import { AddPiece, OfferedPieces } from "./Pieces.tsx"
import { Confirm, Refusal } from "./Confirm.tsx"
import { groups, knobs, unknownKnobFields, type Field, type Knob, type Values } from "./knobs.ts"
import { useDocument } from "./useDocument.ts"

const Input = ({
  field,
  value,
  onChange,
}: {
  readonly field: Field
  readonly value: string
  readonly onChange: (value: string) => void
}) => {
  const { _ } = useRuntime()
  const say = (text: NonNullable<Field["choices"]>[number]["text"]) =>
    typeof text === "string" ? text : _(text)
  return (
    <label className="flex max-w-full min-w-0 flex-col gap-0.5">
      <span className="text-xs text-muted">{_(field.label)}</span>
      {field.choices === undefined ? (
        <input
          type={field.kind}
          min={field.kind === "number" ? 0 : undefined}
          className={`field h-8 px-2 ${field.kind === "number" ? "tnum w-24" : "w-32"}`}
          value={value}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <select
          className="field h-8 max-w-full px-1.5"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {field.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {say(choice.text)}
            </option>
          ))}
        </select>
      )}
    </label>
  )
}

const startOf = (fields: ReadonlyArray<Field>): Values =>
  Object.fromEntries(fields.map(({ id, start }) => [id, start]))

/** The command's argument, quoted where it has blanks. */
const quoted = (value: string) => (/^[\w.-]+$/.test(value) ? value : `"${value}"`)

const Setting = ({
  setting,
  knob,
  onWorld,
}: {
  readonly setting: WorldSetting
  readonly knob: Knob | undefined
  readonly onWorld: (world: WorldShown) => void
}) => {
  const { _ } = useRuntime()
  const off = useOffline() !== null
  const fields = knob?.fields ?? unknownKnobFields
  const [values, setValues] = useState<Values>(() => startOf(fields))
  const [asking, setAsking] = useState(false)
  const [cause, setCause] = useState<unknown>(null)
  const [done, setDone] = useState(false)
  const { name } = setting
  const value = knob === undefined ? (values["value"] ?? "") : knob.valueOf(values)
  const title = knob === undefined ? name : _(knob.title)
  const command = `bin/linkseal sealing world ${name} ${quoted(value)}`
  const set = async () => {
    onWorld(await api<WorldShown>("POST", "/sealing/world", { body: { setting: name, value } }))
    setCause(null)
    setDone(true)
  }
  const nothingStuck = name === "release" && setting.value.startsWith("0 ")
  return (
    <li className="flex flex-col gap-2 border-b border-line/70 py-3 last:border-0" data-knob={name}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-semibold">{title}</h3>
        <span lang="en" className="tnum max-w-full text-right text-[0.8125rem] [overflow-wrap:anywhere]">
          {setting.value}
        </span>
      </div>
      <p className="-mt-1.5 text-[0.8125rem] text-muted">
        {knob === undefined ? (
          <span lang="en">
            {setting.meaning} ({setting.takes})
          </span>
        ) : (
          _(knob.about)
        )}
      </p>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          setDone(false)
          if (knob?.warning === undefined) void set().catch(setCause)
          else setAsking(true)
        }}
      >
        {fields
          .filter(({ when }) => when === undefined || when(values))
          .map((field) => (
            <Input
              key={field.id}
              field={field}
              value={values[field.id] ?? ""}
              onChange={(next) => {
                setDone(false)
                setValues({ ...values, [field.id]: next })
              }}
            />
          ))}
        <button type="submit" className="btn" title={command} disabled={off || value === "" || nothingStuck}>
          {name === "release" ? <Trans>Let them go on</Trans> : <Trans>Apply</Trans>}
        </button>
        <span role="status" className="self-center text-[0.8125rem] text-good">
          {done && <Trans>done</Trans>}
        </span>
      </form>
      <Refusal cause={cause} />
      {asking && knob?.warning !== undefined && (
        <Confirm
          title={title}
          words={_(knob.warning)}
          command={command}
          action={<Trans>Do it</Trans>}
          danger
          run={set}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  )
}

const workersIn = (settings: ReadonlyArray<WorldSetting>): ReadonlyArray<string> =>
  (settings.find(({ name }) => name === "worker")?.value ?? "")
    .split(", ")
    .map((each) => each.replace(/ (?:up|down)$/, ""))
    .filter((name) => name !== "")

const Settings = ({
  world,
  onWorld,
}: {
  readonly world: WorldShown
  readonly onWorld: (world: WorldShown) => void
}) => {
  const { _ } = useRuntime()
  const { t } = useLingui()
  const table = knobs(workersIn(world.settings))
  const known = new Set(groups.flatMap(({ settings }) => settings))
  const others = world.settings.filter(({ name }) => !known.has(name))
  const sections = [
    ...groups.map(({ title, settings }) => ({
      title: _(title),
      settings: settings.flatMap((name) => world.settings.filter((each) => each.name === name)),
    })),
    ...(others.length === 0 ? [] : [{ title: t`Other`, settings: others }]),
  ]
  return sections.map(({ title, settings }) => (
    <section key={title} aria-label={title} className="card px-4 pt-3">
      <h2 className="eyebrow">{title}</h2>
      <ul>
        {settings.map((setting) => (
          <Setting key={setting.name} setting={setting} knob={table[setting.name]} onWorld={onWorld} />
        ))}
      </ul>
    </section>
  ))
}

const World = ({ onSector }: { readonly onSector: (number: number) => void }) => {
  const { document, error, put } = useDocument<WorldShown>("/sealing/world")
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-prose text-muted">
        <Trans>
          For drills: what the modelled chain, workers and market do next. Nothing here is real; no message
          leaves this machine. How it stands is on the right of each setting, as the command prints it.
        </Trans>
      </p>
      {error !== null && (
        <p role="alert" className="text-failed">
          <Refused cause={error} />
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <div className="flex flex-col gap-4">
          <AddPiece />
          <OfferedPieces onSector={onSector} />
        </div>
        <div className="flex flex-col gap-4">
          {document === null ? (
            <div aria-busy={error === null} />
          ) : (
            <Settings world={document} onWorld={put} />
          )}
        </div>
      </div>
    </div>
  )
}
export default World
