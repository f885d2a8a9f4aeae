/** The frame of every page and its routes. Only the list is loaded at once; the other pages come when they are opened. */
import { Trans } from "@lingui/react/macro"
import { lazy, Suspense, useEffect, useState } from "react"
import { Route, Switch, useLocation } from "wouter"
import { locked } from "./lib/api.ts"
import { useKeys } from "./lib/keys.ts"
import { useStore } from "./lib/Store.ts"
import { runToastAction } from "./lib/toast.ts"
import { LinksPage } from "./links/LinksPage.tsx"
import { Empty } from "./parts/Empty.tsx"
import { Announcer, ProblemBand, SettingsBand, ToastArea } from "./parts/Feedback.tsx"
import { BottomBar, Rail } from "./parts/Rail.tsx"

const AddPage = lazy(() => import("./add/AddPage.tsx"))
const LinkPage = lazy(() => import("./link/LinkPage.tsx"))
const SealingPage = lazy(() => import("./sealing/SealingPage.tsx"))
const SettingsPage = lazy(() => import("./settings/SettingsPage.tsx"))
const KeysDialog = lazy(() => import("./settings/KeysDialog.tsx"))
const AddDialog = lazy(() => import("./add/AddDialog.tsx"))

const Locked = () => (
  <Empty icon="key" title={<Trans>This page needs its token</Trans>}>
    <Trans>
      The daemon got no token from this browser, or a wrong one. Open the address that it printed when it
      started, the one with <code>?token=</code> at its end. You find the token in the file <code>token</code>{" "}
      of the data folder.
    </Trans>
  </Empty>
)

const focusSearch = () => {
  const field = document.getElementById("search")
  if (field !== null) field.focus()
  else requestAnimationFrame(() => document.getElementById("search")?.focus())
}

const Nowhere = () => (
  <Empty icon="question" title={<Trans>There is no such page</Trans>}>
    <a className="link" href="/">
      <Trans>To the links</Trans>
    </a>
  </Empty>
)

const Pages = () => (
  <Suspense fallback={<div className="p-6" aria-busy="true" />}>
    <Switch>
      <Route path="/" component={LinksPage} />
      <Route path="/add" component={AddPage} />
      <Route path="/links/:id">{({ id }) => <LinkPage key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/sealing" component={SealingPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route component={Nowhere} />
    </Switch>
  </Suspense>
)

export const App = () => {
  const [path, navigate] = useLocation()
  const [help, setHelp] = useState(false)
  const [adding, setAdding] = useState(false)
  const closed = useStore(locked)
  useKeys({
    goLinks: () => navigate("/"),
    goAdd: () => navigate("/add"),
    goSealing: () => navigate("/sealing"),
    goSettings: () => navigate("/settings"),
    add: () => (path === "/add" ? undefined : setAdding(true)),
    search: () => {
      if (path !== "/") navigate("/")
      focusSearch()
    },
    undo: runToastAction,
    help: () => setHelp(true),
  })
  useEffect(() => {
    if (path !== "/") window.scrollTo(0, 0)
  }, [path])
  return (
    <div className="flex h-dvh">
      <a href="#main" className="btn btn-primary absolute -top-20 left-2 z-50 focus:top-2">
        <Trans>Skip to the content</Trans>
      </a>
      <Rail onHelp={() => setHelp(true)} />
      <main
        id="main"
        tabIndex={-1}
        className="flex min-w-0 grow flex-col overflow-y-auto pb-14 outline-none rail:pb-0"
      >
        {!closed && <SettingsBand />}
        {!closed && <ProblemBand />}
        {closed ? <Locked /> : <Pages />}
      </main>
      <BottomBar />
      <ToastArea />
      <Announcer />
      <Suspense fallback={null}>
        {help && <KeysDialog onClose={() => setHelp(false)} />}
        {adding && <AddDialog onClose={() => setAdding(false)} />}
      </Suspense>
    </div>
  )
}
