/**
 * What the routes of the API take, read from its schema: the methods of a path, the parameters of a query, the fields
 * of a body. A name that no route knows is refused with the one that was probably meant: a filter that is silently
 * ignored would answer another question.
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as Option from "effect/Option"
import type * as AST from "effect/SchemaAST"
import { api } from "../api/Api.ts"
import { Problem } from "../api/Problem.ts"
import { firstUnknown, namesOf, nearest } from "../unknownKeys.ts"

interface Route {
  readonly method: string
  readonly pattern: RegExp
  /** How much of the path is open; among several that fit, the one with the least is meant. */
  readonly holes: number
  readonly query: ReadonlyArray<string>
  readonly body: AST.AST | undefined
}

const patternOf = (path: string) =>
  new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[^/]+/g, "[^/]+")}$`)

const makeRoutes = (): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => {
      const query = Option.getOrUndefined(endpoint.urlParamsSchema)
      const body = Option.getOrUndefined(endpoint.payloadSchema)
      routes.push({
        method: endpoint.method,
        pattern: patternOf(endpoint.path),
        holes: endpoint.path.split("/:").length - 1,
        query: query === undefined ? [] : namesOf(query.ast),
        body: body?.ast,
      })
    },
  })
  return routes.sort((a, b) => a.holes - b.holes)
}

const routes = makeRoutes()

/** The methods of a path; none when there is no such path. */
const methodsOf = (path: string): ReadonlyArray<string> => [
  ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
]

/** A path that is there, asked in a way that is not: the methods that it takes. */
export const otherMethods = (method: string, path: string): ReadonlyArray<string> | undefined => {
  const methods = methodsOf(path)
  const asked = method === "HEAD" ? "GET" : method
  return methods.length === 0 || methods.includes(asked) ? undefined : methods
}

const routeOf = (method: string, path: string) =>
  routes.find((route) => route.method === (method === "HEAD" ? "GET" : method) && route.pattern.test(path))

const unknown = (what: string, name: string, meant: string | undefined, known: ReadonlyArray<string>) =>
  new Problem({
    status: 400,
    code: `unknown-${what}`,
    message: `no ${what} ${name.slice(0, 80)} here${meant === undefined ? ": this takes none" : `; did you mean ${meant}?`}`,
    known,
  })

/** The first parameter that the route does not take. */
export const unknownParameter = (method: string, path: string, search: string): Problem | undefined => {
  const route = routeOf(method, path)
  if (route === undefined || search === "") return undefined
  // Lists may also be written `tag[]=a` and `tag[0]=a`.
  const asked = [...new URLSearchParams(search).keys()].map((name) => name.replace(/\[\d*\]$/, ""))
  const name = asked.find((one) => !route.query.includes(one))
  if (name === undefined) return undefined
  return unknown("parameter", name, nearest(name, route.query), route.query)
}

/** The first field, at any depth, that the body of the route does not have. Text that is no JSON has none. */
export const unknownField = (method: string, path: string, text: string): Problem | undefined => {
  const body = routeOf(method, path)?.body
  if (body === undefined || text.trim() === "") return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const found = firstUnknown(body, json)
  return found === undefined ? undefined : unknown("field", found.path, found.meant, namesOf(body))
}
