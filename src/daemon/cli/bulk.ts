/** One verb for several links, told as the commands tell it: the links that moved, an error for those that did not. */
import type { BulkDocument } from "../api/links.ts"
import { failure } from "./CliError.ts"
import type { Session } from "./command.ts"
import { withHint } from "./hints.ts"
import { linkTable } from "./render/links.ts"

/** Does it and gives what happened; a link that refused becomes an error after the document was printed. */
export const bulk = (session: Session, request: object): Promise<BulkDocument> =>
  session.client().send<BulkDocument>("POST", "/links/bulk", request)

/** The links that moved; nothing as text when none did. */
export const printLinks = (session: Session, links: BulkDocument["links"]): void =>
  session.print({ links }, () => (links.length === 0 ? "" : linkTable(session, links)))

/** Throws for what refused: one sentence for all of them. */
export const complain = ({ failed }: BulkDocument): void => {
  const [first] = failed
  if (first === undefined) return
  throw failure(first.code, withHint(first.code, failed.map(({ message }) => message).join("; ")))
}
