/** What this browser remembers: language, theme, movement, keys. And what runs behind the page. */
import { Trans, useLingui } from "@lingui/react/macro"
import type { ReactNode } from "react"
import { count, duration, exact } from "../lib/format.ts"
import { useSlowNow } from "../lib/now.ts"
import {
  calm,
  chooseCalm,
  chooseLanguage,
  chooseSingleKeys,
  chooseTheme,
  language,
  singleKeys,
  theme,
  type Language,
  type Theme,
} from "../lib/preferences.ts"
import { useStore } from "../lib/Store.ts"
import { about, linkCounts, sectorCounts } from "../lib/world.ts"
import { Connection, OfflineBand } from "../parts/Connection.tsx"
import { PageHead, useTitle } from "../parts/PageHead.tsx"
import { Segments } from "../parts/Segments.tsx"
import { KeysTable } from "./KeysTable.tsx"

const Section = ({
  id,
  title,
  children,
}: {
  readonly id: string
  readonly title: ReactNode
  readonly children: ReactNode
}) => (
  <section aria-labelledby={id} className="border-b border-line py-6 first:pt-0 last:border-0">
    <h2 id={id} className="mb-3 text-base font-semibold">
      {title}
    </h2>
    {children}
  </section>
)

const Setting = ({
  name,
  hint,
  children,
}: {
  readonly name: ReactNode
  readonly hint?: ReactNode
  readonly children: ReactNode
}) => (
  <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-2">
    <div className="min-w-0 basis-60 grow">
      <div>{name}</div>
      {hint !== undefined && <div className="text-[0.8125rem] text-muted">{hint}</div>}
    </div>
    {children}
  </div>
)

const OnOff = ({
  label,
  on,
  onChange,
}: {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
}) => {
  const { t } = useLingui()
  return (
    <Segments
      label={label}
      value={on ? "on" : "off"}
      options={[
        { id: "on", text: t`On` },
        { id: "off", text: t`Off` },
      ]}
      onChange={(value) => onChange(value === "on")}
    />
  )
}

const General = () => {
  const { t } = useLingui()
  const languages: ReadonlyArray<{ readonly id: Language; readonly text: ReactNode }> = [
    { id: "auto", text: t`As the browser` },
    { id: "en", text: <span lang="en">English</span> },
    { id: "zh-CN", text: <span lang="zh-CN">简体中文</span> },
  ]
  const themes: ReadonlyArray<{ readonly id: Theme; readonly text: ReactNode }> = [
    { id: "auto", text: t`As the system` },
    { id: "light", text: t`Light` },
    { id: "dark", text: t`Dark` },
  ]
  return (
    <Section id="general" title={<Trans>General</Trans>}>
      <Setting name={<Trans>Language</Trans>}>
        <Segments
          label={t`Language`}
          value={useStore(language)}
          options={languages}
          onChange={(value) => void chooseLanguage(value)}
        />
      </Setting>
      <Setting name={<Trans>Theme</Trans>}>
        <Segments label={t`Theme`} value={useStore(theme)} options={themes} onChange={chooseTheme} />
      </Setting>
      <Setting name={<Trans>Calm</Trans>} hint={<Trans>Numbers change, nothing moves.</Trans>}>
        <OnOff label={t`Calm`} on={useStore(calm)} onChange={chooseCalm} />
      </Setting>
      <Setting
        name={<Trans>Single-key shortcuts</Trans>}
        hint={<Trans>Off when they get in the way of speech input.</Trans>}
      >
        <OnOff label={t`Single-key shortcuts`} on={useStore(singleKeys)} onChange={chooseSingleKeys} />
      </Setting>
    </Section>
  )
}

const Fact = ({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) => (
  <div className="flex flex-wrap gap-x-4 py-1">
    <dt className="basis-40 text-muted">{name}</dt>
    <dd className="tnum">{children}</dd>
  </div>
)

const total = (counts: Readonly<Record<string, number>> | null) =>
  Object.entries(counts ?? {}).reduce((sum, [state, n]) => (/^removed$/i.test(state) ? sum : sum + n), 0)

const About = () => {
  const daemon = useStore(about)
  const now = useSlowNow()
  const links = total(useStore(linkCounts))
  const sectors = total(useStore(sectorCounts))
  return (
    <Section id="about" title={<Trans>About</Trans>}>
      <dl>
        <Fact name={<Trans>Version</Trans>}>{daemon?.version ?? "–"}</Fact>
        <Fact name={<Trans>Running for</Trans>}>
          {daemon === null ? "–" : duration(Math.max(1_000, now - daemon.startedAt))}
        </Fact>
        <Fact name={<Trans>Links</Trans>}>
          <span title={exact(links)}>{count(links)}</span>
        </Fact>
        <Fact name={<Trans>Sectors (simulated)</Trans>}>
          <span title={exact(sectors)}>{count(sectors)}</span>
        </Fact>
        <Fact name={<Trans>Event stream</Trans>}>
          <Connection />
        </Fact>
        <Fact name={<Trans>Licence</Trans>}>Apache-2.0</Fact>
        <Fact name={<Trans>For programs</Trans>}>
          <a className="link" href="/api/docs">
            <Trans>API documentation</Trans>
          </a>
        </Fact>
      </dl>
      <p className="mt-3 max-w-prose text-[0.8125rem] text-muted">
        <Trans>
          Everything is kept on this machine. The sealing world is a simulation: no chain is spoken to, no
          money moves, no disk is sealed.
        </Trans>
      </p>
    </Section>
  )
}

const SettingsPage = () => {
  const { t } = useLingui()
  useTitle(t`Settings`)
  return (
    <>
      <OfflineBand />
      <PageHead>
        <h1 className="text-base font-semibold">
          <Trans>Settings</Trans>
        </h1>
      </PageHead>
      <div className="w-full max-w-3xl px-3 py-6 sm:px-4">
        <General />
        <Section id="keyboard" title={<Trans>Keyboard</Trans>}>
          <KeysTable />
        </Section>
        <About />
      </div>
    </>
  )
}
export default SettingsPage
