/**
 * What a schema says about a request, in words for who wrote it: which field, and what is wanted there. The schema's
 * own prints of types stay inside. Pure.
 */

interface Issue {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

const wanted: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  NumberFromString: "a number",
  boolean: "true or false",
  true: "true",
  null: "null",
}

/** What a schema expected, in words; undefined for what has none. */
const words = (type: string): string | undefined => {
  if (wanted[type] !== undefined) return wanted[type]
  // A form has a list of files for each name, also for one that wants a single file.
  if (type.includes("PersistedFile")) return "one file"
  if (/^".*"$/s.test(type)) return type.slice(1, -1) || undefined
  return /^(?:readonly .*\[\]|ReadonlyArray<.*>|Array<.*>|.*\[\])$/s.test(type) ? "a list" : undefined
}

/** The names that a message quotes: one for a single type, several for a union; undefined when it quotes none. */
const expectedIn = (message: string): ReadonlyArray<string> | undefined => {
  if (/^Unable to decode [\s\S]* into a number$/.test(message)) return ["number"]
  const type = /^Expected ([\s\S]*?), actual /.exec(message)?.[1]
  return type?.split(" | ").map((each) => each.trim())
}

const choice = (names: ReadonlyArray<string>) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)!}`

/** One sentence about one field, from all that was said of it. */
const aboutField = (messages: ReadonlyArray<string>, isWhole: boolean): string => {
  const own = messages.filter((message) => expectedIn(message) === undefined && !/[{}└├]/.test(message))
  if (own.length > 0) return [...new Set(own)].join(", ")
  if (isWhole) return "send a JSON object with the fields of this request"
  const names = messages.flatMap((message) => expectedIn(message) ?? []).flatMap((type) => words(type) ?? [])
  return names.length === 0 ? "is not what is wanted here" : `must be ${choice([...new Set(names)])}`
}

/** All that is wrong, field by field. */
export const decodeSentence = (issues: ReadonlyArray<Issue>): string => {
  const byField = new Map<string, Array<string>>()
  for (const { message, path } of issues) {
    const field = path.map(String).join(".")
    byField.set(field, [...(byField.get(field) ?? []), message])
  }
  return [...byField]
    .map(([field, messages]) => {
      const sentence = aboutField(messages, field === "")
      return field === "" ? sentence : `${field}: ${sentence}`
    })
    .join("; ")
}
