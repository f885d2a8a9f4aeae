/**
 * What the schemas alone do not say about the API, added to its OpenAPI document: how one gets in, and that a
 * request that cannot be decoded is answered in the same error shape as everything else.
 */

type Json = Record<string, any>

const security = [{ bearer: [] }, { cookie: [] }]

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "the content of <home>/token" },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: "linkseal_PORT",
    description: "set by opening /?token=TOKEN in a browser; state-changing requests then need our Origin",
  },
}

const ourBadRequest = {
  description: "cannot be decoded; nothing was done",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
}

/** Transforms the generated document; pure but for writing into the fresh document it is given. */
export const describe = (document: Json): Json => {
  for (const [path, methods] of Object.entries<Json>(document.paths)) {
    for (const operation of Object.values<Json>(methods)) {
      operation.security = path === "/api/v1/health" ? [] : security
      operation.responses["400"] = ourBadRequest
    }
  }
  const schemas: Json = document.components.schemas
  for (const unused of ["HttpApiDecodeError", "Issue", "PropertyKey"]) delete schemas[unused]
  document.components.securitySchemes = securitySchemes
  return document
}
