/** Finds a key that a schema does not know, at any depth, and the known one that was probably meant, wherever it is. */
import * as AST from "effect/SchemaAST"

type Fields = ReadonlyMap<string, AST.AST>

/** The fields of a structure as it is written; undefined for what takes any key. */
const fieldsOf = (ast: AST.AST): Fields | undefined => {
  if (AST.isTransformation(ast)) return fieldsOf(ast.from)
  if (AST.isRefinement(ast)) return fieldsOf(ast.from)
  if (AST.isUnion(ast)) return ast.types.map(fieldsOf).find((fields) => fields !== undefined)
  if (!AST.isTypeLiteral(ast) || ast.indexSignatures.length > 0) return undefined
  return new Map(ast.propertySignatures.map((property) => [String(property.name), property.type]))
}

/** What stands at a place of a list; undefined for what is no list. */
const itemOf = (ast: AST.AST, index: number): AST.AST | undefined => {
  if (AST.isTransformation(ast)) return itemOf(ast.from, index)
  if (AST.isRefinement(ast)) return itemOf(ast.from, index)
  if (AST.isUnion(ast)) return ast.types.map((type) => itemOf(type, index)).find((item) => item !== undefined)
  if (!AST.isTupleType(ast)) return undefined
  return (ast.elements[index] ?? ast.rest[0])?.type
}

/** The names of a structure's own fields. */
export const namesOf = (ast: AST.AST): ReadonlyArray<string> => [...(fieldsOf(ast)?.keys() ?? [])]

/** Every key by its whole and its own name; a key may have dots of its own (`page.html`). */
export const keysOf = (ast: AST.AST, path = ""): ReadonlyArray<readonly [string, string]> =>
  [...(fieldsOf(ast) ?? [])].flatMap(([name, type]) => [
    [`${path}${name}`, name] as const,
    ...keysOf(type, `${path}${name}.`),
  ])

/** Number of single letters to change, add or drop. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** A longer word is no misspelling of anything; comparing it would only take time. */
const wordMax = 200

/** The word of the list that is most like the given one. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const lower = word.slice(0, wordMax).toLowerCase()
  const ranked = [...known].map((candidate) => [distance(lower, candidate.toLowerCase()), candidate] as const)
  return ranked.sort(([a], [b]) => a - b)[0]?.[1]
}

/** At the same distance a key of the same group is meant rather than one elsewhere. */
const elsewhere = 0.5

/**
 * The whole name that a key in a group was meant to be: by its own name, in this group or in another, or by its whole
 * name. `path` is the group's, with a dot behind it, or empty.
 */
const meantBy = (root: AST.AST, siblings: Fields, path: string, key: string): string | undefined => {
  const word = key.slice(0, wordMax).toLowerCase()
  const whole = `${path}${key}`.slice(0, wordMax).toLowerCase()
  const here = [...siblings.keys()].map(
    (name) => [distance(word, name.toLowerCase()), `${path}${name}`] as const,
  )
  const there = keysOf(root).map(([name, leaf]) => {
    const asWhole = Math.min(distance(whole, name.toLowerCase()), distance(word, name.toLowerCase()))
    return [Math.min(asWhole, distance(word, leaf.toLowerCase())) + elsewhere, name] as const
  })
  return [...here, ...there].sort(([a], [b]) => a - b)[0]?.[1]
}

interface Unknown {
  readonly path: string
  readonly meant: string | undefined
}

/** The first key that the schema does not know, by its whole name, and the one that was probably meant. */
export const firstUnknown = (
  root: AST.AST,
  value: unknown,
  ast: AST.AST = root,
  path = "",
): Unknown | undefined => {
  if (Array.isArray(value)) return firstUnknownInList(root, value, ast, path)
  const fields = fieldsOf(ast)
  if (fields === undefined || typeof value !== "object" || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const field = fields.get(key)
    if (field === undefined) return { path: `${path}${key}`, meant: meantBy(root, fields, path, key) }
    const deeper = firstUnknown(root, inner, field, `${path}${key}.`)
    if (deeper !== undefined) return deeper
  }
  return undefined
}

/** Items are counted from 0, as in a program: `workers[1].cpus`. */
const firstUnknownInList = (root: AST.AST, list: ReadonlyArray<unknown>, ast: AST.AST, path: string) => {
  for (const [index, item] of list.entries()) {
    const type = itemOf(ast, index)
    if (type === undefined) return undefined
    const found: Unknown | undefined = firstUnknown(root, item, type, `${path.replace(/\.$/, "")}[${index}].`)
    if (found !== undefined) return found
  }
  return undefined
}

/** A sentence about the first unknown key, or undefined when all are known. */
export const findUnknownKey = (ast: AST.AST, value: unknown): string | undefined => {
  const found = firstUnknown(ast, value)
  return found === undefined
    ? undefined
    : `no setting ${found.path}; did you mean ${found.meant ?? "nothing at all"}?`
}
