/** The bar on top of a page, and the text of its browser tab. */
import { useEffect, type ReactNode } from "react"

export const useTitle = (title: string) => {
  useEffect(() => {
    document.title = title === "" ? "Linkseal" : `${title} · Linkseal`
  }, [title])
}

export const PageHead = ({ children }: { readonly children: ReactNode }) => (
  <div className="sticky top-0 z-20 flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-bg px-3 py-1.5 sm:px-4">
    {children}
  </div>
)
