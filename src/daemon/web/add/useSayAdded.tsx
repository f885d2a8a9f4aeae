/** The toast after adding, with the way to the list. */
import { Plural, Trans } from "@lingui/react/macro"
import { useLocation } from "wouter"
import { showToast } from "../lib/toast.ts"
import type { Added } from "./AddForm.tsx"

export const useSayAdded = () => {
  const [path, navigate] = useLocation()
  return ({ fresh, known }: Added) => {
    const added = fresh.length
    if (added === 0) return
    const view = { label: <Trans>View</Trans>, run: () => navigate("/") }
    showToast({
      text: (
        <>
          <Plural value={added} one="# link added" other="# links added" />
          {known.length > 0 && (
            <>
              {" · "}
              <Plural value={known.length} one="# was here already" other="# were here already" />
            </>
          )}
        </>
      ),
      ...(path === "/" ? {} : { action: view }),
    })
  }
}
