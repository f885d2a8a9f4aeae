/**
 * The readable form of the OpenAPI document: one page of plain HTML without script or outside request, made once at
 * start. Everything it prints comes from our own document, and is escaped all the same.
 */

type Json = Record<string, any>

const escape = (text: unknown) =>
  String(text ?? "").replace(
    /[&<>"]/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!,
  )

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0 }
h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 }
summary { cursor: pointer }
summary b { display: inline-block; min-width: 4.5rem; font: 600 13px ui-monospace, monospace }
summary span { opacity: .75; margin-left: .75rem }
table { border-collapse: collapse } td { padding: .15rem 1rem .15rem 0; vertical-align: top }
`

const refName = (ref: string) => ref.split("/").at(-1)!

/** A schema in the notation of its values: `{ id: string, tags: [string] }`. */
const notation = (schema: Json | undefined, indent = ""): string => {
  if (schema === undefined) return "any"
  if (schema.$ref !== undefined) return refName(schema.$ref)
  if (schema.allOf?.length === 1) return notation(schema.allOf[0], indent)
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return union.map((one: Json) => notation(one, indent)).join(" | ")
  if (schema.enum !== undefined) return schema.enum.map((word: unknown) => JSON.stringify(word)).join(" | ")
  if (schema.type === "array") return `[${notation(schema.items, indent)}]`
  if (schema.type === "object" && schema.properties !== undefined) return objectNotation(schema, indent)
  if (schema.type === "object" && typeof schema.additionalProperties === "object") {
    return `{ NAME: ${notation(schema.additionalProperties, indent)} }`
  }
  return schema.type ?? "any"
}

const objectNotation = (schema: Json, indent: string) => {
  const required = new Set<string>(schema.required ?? [])
  const rows = Object.entries<Json>(schema.properties).map(
    ([name, property]) =>
      `${indent}  ${name}${required.has(name) ? "" : "?"}: ${notation(property, `${indent}  `)}`,
  )
  return `{\n${rows.join(",\n")}\n${indent}}`
}

const parameterRow = (parameter: Json) =>
  `<tr><td><code>${escape(parameter.name)}</code></td><td>${escape(parameter.in)}</td>` +
  `<td><code>${escape(notation(parameter.schema))}</code>${parameter.required ? "" : ", optional"}</td></tr>`

const responseRow = ([status, response]: [string, Json]) => {
  const [type, content] = Object.entries<Json>(response.content ?? {})[0] ?? []
  const shape = content === undefined ? "" : `<pre>${escape(notation(content.schema))}</pre>`
  return Number(status) < 400
    ? `<p><b>${status}</b> ${escape(type ?? "no body")}</p>${shape}`
    : `<p><b>${status}</b> ${escape(response.description)}</p>`
}

const section = (path: string, method: string, operation: Json) => {
  const body = operation.requestBody?.content?.["application/json"]?.schema
  const parameters: ReadonlyArray<Json> = operation.parameters ?? []
  return [
    `<details><summary><b>${method.toUpperCase()}</b><code>${escape(path)}</code><span>${escape(operation.summary)}</span></summary>`,
    operation.description === undefined ? "" : `<p>${escape(operation.description)}</p>`,
    parameters.length === 0 ? "" : `<table>${parameters.map(parameterRow).join("")}</table>`,
    body === undefined ? "" : `<p>Body</p><pre>${escape(notation(body))}</pre>`,
    Object.entries<Json>(operation.responses).map(responseRow).join(""),
    "</details>",
  ].join("\n")
}

const groups = (document: Json) => {
  const byTag = new Map<string, Array<string>>()
  for (const [path, methods] of Object.entries<Json>(document.paths)) {
    for (const [method, details] of Object.entries<Json>(methods)) {
      const tag = details.tags?.[0] ?? "other"
      byTag.set(tag, [...(byTag.get(tag) ?? []), section(path, method, details)])
    }
  }
  return [...byTag].map(([tag, rows]) => `<h2>${escape(tag)}</h2>\n${rows.join("\n")}`).join("\n")
}

const shapes = (document: Json) =>
  Object.entries<Json>(document.components.schemas)
    .map(
      ([name, schema]) =>
        `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary><pre>${escape(notation(schema))}</pre></details>`,
    )
    .join("\n")

export const docsPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

/** The page for an OpenAPI document. */
export const docsPage = (document: object): string => {
  const json = document as Json
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(json.info.title)} API</title><style>${style}</style></head>
<body><h1>${escape(json.info.title)} API</h1>
<p>${escape(json.info.description)} Send <code>Authorization: Bearer TOKEN</code>, the token being the content of
<code>&lt;home&gt;/token</code>. Machine-readable: <a href="openapi.json">openapi.json</a>.</p>
${groups(json)}
<h2>Shapes</h2>
${shapes(json)}
</body></html>`
}
