/** What to do about a name that is not there: the command that lists the names. */

const lists: Readonly<Record<string, string>> = {
  "no-link": "linkseal list shows what is there",
  "no-tag": "linkseal tags shows what is there",
  "no-snapshot": "linkseal show ID lists the versions of a link",
  "no-schedule": "linkseal schedule list shows what is there",
}

/** The message with what to do behind it, when there is something. */
export const withHint = (code: string, message: string): string =>
  lists[code] === undefined ? message : `${message}: ${lists[code]}`
