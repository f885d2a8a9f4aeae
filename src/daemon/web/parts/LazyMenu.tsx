/** The menu, loaded when one is first opened: React Aria behind it is three times as large as a page. */
import { lazy, Suspense, type ComponentProps } from "react"

const Menu = lazy(() => import("./Overlays.tsx").then(({ MenuAt }) => ({ default: MenuAt })))

export const LazyMenu = (props: ComponentProps<typeof Menu>) => (
  <Suspense fallback={null}>
    <Menu {...props} />
  </Suspense>
)
