/** Finds a key that a schema does not know, at any depth, and the known one that was probably meant. */
import * as AST from "effect/SchemaAST"

/** The fields of a structure as it is written; undefined for what takes any key. */
const fieldsOf = (ast: AST.AST): ReadonlyMap<string, AST.AST> | undefined => {
  if (AST.isTransformation(ast)) return fieldsOf(ast.from)
  if (AST.isRefinement(ast)) return fieldsOf(ast.from)
  if (AST.isUnion(ast)) return ast.types.map(fieldsOf).find((fields) => fields !== undefined)
  if (!AST.isTypeLiteral(ast) || ast.indexSignatures.length > 0) return undefined
  return new Map(ast.propertySignatures.map((property) => [String(property.name), property.type]))
}

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

/** The word of the list that is most like the given one. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const lower = word.toLowerCase()
  const ranked = [...known].map((candidate) => [distance(lower, candidate.toLowerCase()), candidate] as const)
  return ranked.sort(([a], [b]) => a - b)[0]?.[1]
}

/** A sentence about the first unknown key, or undefined when all are known. */
export const findUnknownKey = (ast: AST.AST, value: unknown, path = ""): string | undefined => {
  const fields = fieldsOf(ast)
  if (fields === undefined || typeof value !== "object" || value === null || Array.isArray(value))
    return undefined
  for (const [key, inner] of Object.entries(value)) {
    const field = fields.get(key)
    if (field === undefined) {
      return `no setting ${path}${key}; did you mean ${path}${nearest(key, fields.keys()) ?? "nothing at all"}?`
    }
    const deeper = findUnknownKey(field, inner, `${path}${key}.`)
    if (deeper !== undefined) return deeper
  }
  return undefined
}
