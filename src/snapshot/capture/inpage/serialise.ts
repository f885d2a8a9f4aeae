/**
 * Writes the document as it stands, with form state, shadow roots and canvas, as a list of parts: text that is final,
 * and references (resources, styles, frames) that are filled in outside the page from the recording. What could run
 * or call home is left out here; the policy that the built page carries is the second lock.
 */
import type { PageDocument, PageElement, PageNode, PageRoot, PageWindow } from "./dom.ts"
import type { Part, Serialised, SerialiseOptions } from "./serialised.ts"

export function serialise(
  window: PageWindow,
  frames: Array<PageElement>,
  restyled: ReadonlyMap<PageElement, string | null>,
  options: SerialiseOptions,
): Serialised {
  const document: PageDocument = window.document
  const { fonts, plain, sources, written } = options
  const {
    canvasStyle,
    closedRoots,
    changedText,
    chosenCandidate,
    escapeAttribute,
    escapeText,
    fontRules,
    isUsed,
    pictureOf,
    rulesOf,
    tagOf,
    topLayerStyle,
  } = window.linkseal
  const html = "http://www.w3.org/1999/xhtml"
  const parts: Array<Part> = []
  let text = ""
  const voids = new Set("area base br col embed hr img input link meta param source track wbr".split(" "))
  const left = new Set(
    "script noscript template base noembed noframes portal fencedframe applet param track".split(" "),
  )
  const addresses = new Set("href src action formaction data cite longdesc xlink:href poster".split(" "))
  const dropped = new Set(
    "srcset sizes imagesrcset integrity nonce crossorigin ping autofocus autoplay loading http-equiv srcdoc manifest shadowrootmode is".split(
      " ",
    ),
  )

  const emit = (part: Part) => {
    if (typeof part === "string") {
      text += part
      return
    }
    if (text !== "") parts.push(text)
    text = ""
    parts.push(part)
  }
  const emitAll = (...all: ReadonlyArray<Part>) => all.forEach(emit)
  const absolute = (value: string) => {
    try {
      return new URL(value, document.baseURI).href
    } catch {
      return ""
    }
  }
  const attribute = (name: string, value: string) => emit(` ${name}="${escapeAttribute(value)}"`)
  const resource = (name: string, url: string, media = false, suffix = "", embedded = false) => {
    if (url.startsWith("data:")) return attribute(name, url + suffix)
    emitAll(` ${name}="`, { kind: "resource", url, media, embedded }, `${suffix}"`)
  }
  const styleStart = (media: string) => {
    if (media === "") emit("<style>")
    else emitAll('<style media="', { kind: "media", text: media }, '">')
  }
  const styleBlock = (css: string, base: string, media: string) => {
    styleStart(media)
    emitAll({ kind: "css", text: css, base, attribute: false }, "</style>")
  }

  const style = (element: PageElement) => {
    if (plain || !isApplied(element)) return
    const content = element.textContent ?? ""
    const changed = element.sheet ? changedText(window, element.sheet, content, document.baseURI) : null
    styleBlock(changed ?? content, document.baseURI, mediaOf(element))
  }
  const mediaOf = (element: PageElement): string =>
    element.sheet?.disabled === true ? "not all" : (element.getAttribute("media") ?? "")

  const isAlternate = (element: PageElement) => /\balternate\b/i.test(element.getAttribute("rel") ?? "")
  /** Titles choose among the sheets of the document; a shadow root uses its own all. */
  const isApplied = (element: PageElement) =>
    root > 0 || !(element.hasAttribute("title") || isAlternate(element)) || isUsed(window, element)

  const link = (element: PageElement) => {
    const rel = (element.getAttribute("rel") ?? "").toLowerCase().split(/\s+/)
    const href = element.getAttribute("href") ?? ""
    if (rel.includes("stylesheet")) {
      const { sheet } = element
      // No sheet at all: it has not come, or is disabled.
      if (plain || sheet === null || sheet === undefined || !isApplied(element)) return
      const url = absolute(href)
      const known = /^https?:/.test(url)
      const source = Object.hasOwn(sources, url) ? sources[url]! : null
      const changed = source === null ? null : changedText(window, sheet, source.text, source.base)
      if (changed !== null) return styleBlock(changed, source!.base, mediaOf(element))
      styleStart(mediaOf(element))
      const rules = source === null ? rulesOf(sheet) : null
      return emitAll({ kind: "sheet", url: known ? url : "", text: rules }, "</style>")
    }
    if (rel.includes("canonical") || rel.includes("license") || rel.includes("author")) {
      emit(`<link rel="${escapeAttribute(rel.join(" "))}" href="${escapeAttribute(absolute(href))}">`)
    }
  }
  const meta = (element: PageElement) => {
    if (element.hasAttribute("http-equiv") || element.hasAttribute("charset")) return
    if ((element.getAttribute("name") ?? "").toLowerCase() !== "color-scheme") return open(element, "meta")
    const content = element.getAttribute("content") ?? ""
    emitAll('<meta name="color-scheme" content="', { kind: "scheme", text: content }, '">')
  }

  const remember = (name: string, value: string, url: string) => {
    if (written && url !== value && !value.startsWith("data:")) attribute(`data-ls-${name}`, value)
  }
  const image = (element: PageElement) => {
    const source = element.currentSrc || absolute(element.getAttribute("src") ?? "")
    if (source === "") return
    remember("src", element.getAttribute("src") ?? "", "")
    if (plain) return attribute("src", source)
    if (source.startsWith("blob:")) {
      const picture = pictureOf(
        document,
        element,
        element.naturalWidth ?? 0,
        (element as { naturalHeight?: number }).naturalHeight ?? 0,
      )
      return picture === null ? undefined : attribute("src", picture)
    }
    const chosen = chosenCandidate(document, element, source)
    const isPlain = chosen === null || chosen.descriptor === "1x"
    // The rule that pictures share is in the document, where shadow roots do not see it.
    if (isPlain && root === 0 && !source.startsWith("data:")) return emit({ kind: "picture", url: source })
    if (isPlain) return resource("src", source)
    resource("srcset", source, false, ` ${chosen.descriptor}`)
    if (chosen.sizes !== null) attribute("sizes", chosen.sizes)
  }
  const video = (element: PageElement) => {
    const poster = element.getAttribute("poster")
    const frame = element.videoWidth
      ? pictureOf(document, element, element.videoWidth, element.videoHeight ?? 0)
      : null
    if (frame !== null) attribute("poster", frame)
    else if (poster !== null) resource("poster", absolute(poster))
    if (element.currentSrc) resource("src", element.currentSrc, true)
  }
  /** What no rule of the page says and no script will say again. */
  const ownStyle = (element: PageElement, tag: string): string => {
    if (plain) return ""
    if (tag === "canvas") return canvasStyle(window, element)
    const isOnTop =
      (tag === "dialog" && element.matches(":modal")) ||
      (element.hasAttribute("popover") && element.matches(":popover-open"))
    return isOnTop ? topLayerStyle(window, element) : ""
  }

  const state = (element: PageElement, name: string) => {
    if (name === "input") {
      if (element.type === "checkbox" || element.type === "radio") {
        if (element.checked === true) emit(" checked")
        const value = element.getAttribute("value")
        if (value !== null) attribute("value", value)
      } else if (element.type !== "password" && element.type !== "file" && element.value)
        attribute("value", element.value)
    } else if (name === "option" && element.selected === true) emit(" selected")
  }
  const ownSource = new Set("img video audio iframe frame embed object image feimage".split(" "))

  const styleAttribute = (css: string) =>
    emitAll(' style="', { kind: "css", text: css, base: document.baseURI, attribute: true }, '"')
  const plainAttribute = (element: PageElement, tag: string, name: string, own = "") => {
    const lower = name.toLowerCase()
    const value =
      lower === "style" && restyled.has(element) ? restyled.get(element) : element.getAttribute(name)
    if (value === null || value === undefined) return
    if (lower.startsWith("on") || dropped.has(lower)) return
    if (!/^[^\s"'<>/=]+$/.test(name)) return
    if (lower === "style") {
      if (plain) return
      return styleAttribute(value + own)
    }
    if (!plain && (tag === "input" || tag === "option") && /^(value|checked|selected)$/.test(lower)) return
    if (lower === "popover" && element.matches(":popover-open")) return
    if (lower === "background" && !plain) return resource("background", absolute(value))
    if (!addresses.has(lower)) return attribute(name, value)
    if (ownSource.has(tag) && lower !== "cite" && lower !== "longdesc") return
    return address(element, tag, name, value)
  }
  const address = (element: PageElement, tag: string, name: string, value: string) => {
    if (value.startsWith("#")) return attribute(name, value)
    const url = absolute(value)
    // Still a link to the eye, but one that does nothing.
    if (tag === "a" && url.startsWith("javascript:")) return attribute(name, "#")
    if (!/^(https?|mailto|tel|ftp|data|magnet|geo|sms):/i.test(url)) return
    if (url.startsWith("data:") && tag !== "input") return
    if (name === "href") remember(name, value, url)
    const here = document.URL.split("#")[0]
    if (url.includes("#") && url.split("#")[0] === here) return attribute(name, url.slice(url.indexOf("#")))
    if (tag === "input" && name === "src" && !plain) return resource("src", url)
    // Only links may name the network; nothing here is fetched.
    if (/^(href|cite|longdesc|action|formaction)$/.test(name) && element.namespaceURI === html)
      attribute(name, url)
    else if (tag === "a") attribute(name, url)
    else if (plain && name === "src") attribute(name, url)
  }

  /** The other file that a `use` element points into, or null. */
  const drawingOf = (element: PageElement): string | null => {
    const href = element.getAttribute("href") ?? element.getAttribute("xlink:href") ?? ""
    const url = absolute(href)
    const isOther = href !== "" && url.includes("#") && url.split("#")[0] !== document.URL.split("#")[0]
    return !plain && isOther && /^https?:/.test(url) ? url : null
  }
  const open = (element: PageElement, tag: string) => {
    const drawing = tag === "use" ? drawingOf(element) : null
    if (drawing !== null) emit({ kind: "drawing", url: drawing, root })
    emit(`<${tag}`)
    if (drawing !== null) emit({ kind: "use", url: drawing })
    const own = ownStyle(element, tag)
    let styled = false
    for (const name of element.getAttributeNames()) {
      if (name === "style") styled = restyled.get(element) !== null
      plainAttribute(element, tag, name, own)
    }
    if (own !== "" && !styled) styleAttribute(own)
    if (tag === "img") image(element)
    else if (tag === "video" && !plain) video(element)
    else if (tag === "audio" && !plain && element.currentSrc) resource("src", element.currentSrc, true)
    else if (tag === "image" || tag === "feimage") {
      const href = element.getAttribute("href") ?? element.getAttribute("xlink:href")
      if (href !== null) resource("href", absolute(href))
    }
    if (!plain) state(element, tag)
    emit(">")
  }

  const frame = (element: PageElement, tag: string) => {
    if (plain) return
    const index = frames.push(element) - 1
    const looks = {
      frame: ' style="width:100%;height:100%;border:0;background:#fff"',
      object: ' frameborder="0"',
    }[tag]
    emit(`<iframe${looks ?? ""}`)
    for (const name of element.getAttributeNames()) {
      const isKept =
        tag === "frame" ? /^(id|name|title|scrolling)$/.test(name) : !/^(sandbox|allow|csp|type)$/.test(name)
      if (isKept) plainAttribute(element, tag, name)
    }
    emit(' sandbox=""')
    emit({ kind: "frame", index })
    emit("></iframe>")
  }
  const frameset = (element: PageElement) => {
    const inherited = (name: string) => element.closest(`frameset[${name}]`)?.getAttribute(name) ?? ""
    const [rows, cols] = [element.getAttribute("rows") ?? "", element.getAttribute("cols") ?? ""]
    const outer = element.parentElement === document.documentElement
    const [border, frameborder] = [inherited("border"), inherited("frameborder")]
    if (!plain) emit({ kind: "frameset", rows, cols, outer, border, frameborder })
    children(element)
    if (!plain) emit(outer ? "</body>" : "</div>")
  }
  const embedded = (element: PageElement, tag: string) => {
    const source = absolute(element.getAttribute(tag === "object" ? "data" : "src") ?? "")
    const type = (element.getAttribute("type") ?? "").toLowerCase()
    const isPicture =
      type.startsWith("image/") || /\.(svg|png|jpe?g|gif|webp|avif)$/i.test(source.split(/[?#]/)[0]!)
    // A document with what it shows; of another kind it may be a program that nobody has any more.
    const isHtml =
      /^((text\/html|application\/xhtml\+xml)\b.*)?$/.test(type) && !/\.pdf$/i.test(source.split(/[?#]/)[0]!)
    if (!isPicture && isHtml && element.contentWindow && !plain) return frame(element, tag)
    if (!isPicture || plain) {
      if (tag === "object") children(element)
      return
    }
    emit("<img")
    for (const name of element.getAttributeNames()) {
      if (/^(id|class|width|height|style|title)$/.test(name)) plainAttribute(element, tag, name)
    }
    resource("src", source, false, "", true)
    emit(">")
  }

  const children = (node: PageNode) => {
    for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child)
  }
  const adopted = (root: PageRoot) => {
    for (const sheet of Array.from(root.adoptedStyleSheets ?? [])) {
      const css = sheet.disabled ? null : rulesOf(sheet)
      if (css !== null) styleBlock(css, document.baseURI, sheet.media.mediaText)
    }
  }
  let root = 0
  let roots = 0
  const shadow = (tree: PageRoot) => {
    const outer = root
    root = ++roots
    emit(`<template shadowrootmode="open"${tree.delegatesFocus === true ? " shadowrootdelegatesfocus" : ""}>`)
    adopted(tree)
    children(tree)
    emit("</template>")
    root = outer
  }

  /** As it is drawn: what stands in a slot is written where the slot is. */
  const slot = (element: PageElement) => {
    const nodes = element.assignedNodes?.() ?? []
    if (nodes.length > 0) nodes.forEach(visit)
    else children(element)
  }
  const inside = (element: PageElement, tag: string) => {
    const tree =
      tag === "video" || tag === "audio" ? null : (element.shadowRoot ?? closedRoots.get(element) ?? null)
    if (tree !== null && plain) return children(tree)
    if (tree !== null) shadow(tree)
    if (tag === "head") {
      emit({ kind: "head" })
      children(element)
      if (plain) return
      adopted(document)
      if (fonts.length > 0) styleBlock(fontRules(window, fonts), document.baseURI, "")
    } else if (tag === "textarea") emit(`\n${escapeText(element.value ?? "")}`)
    else if (tag === "video" || tag === "audio" || tag === "canvas") return
    else {
      if (tag === "pre" || tag === "listing") {
        if ((element.firstChild?.nodeValue ?? "").startsWith("\n")) emit("\n")
      }
      children(element)
    }
  }

  const kept = new Map<string, boolean>()
  const element = (node: PageElement) => {
    const isHtml = node.namespaceURI === html
    const name = isHtml ? node.localName.toLowerCase() : node.localName
    let isKept = kept.get(name)
    if (isKept === undefined) {
      isKept = /^[a-zA-Z][^\s/><]*$/.test(name) && !left.has(name.toLowerCase())
      kept.set(name, isKept)
    }
    if (!isKept) return
    if (isHtml) {
      if (name === "style") return style(node)
      if (name === "link") return link(node)
      if (name === "meta") return meta(node)
      if (name === "iframe" || name === "frame") return frame(node, name)
      if (name === "frameset") return frameset(node)
      if (name === "object" || name === "embed") return embedded(node, name)
      if (name === "source" && !plain) return
      if (name === "slot" && plain) return slot(node)
    } else if (name === "style") {
      emit("<style>")
      emit({ kind: "css", text: node.textContent ?? "", base: document.baseURI, attribute: false })
      return emit("</style>")
    } else if (/^(set|animate|animatemotion|animatetransform|foreignobject)$/i.test(name) && plain) return
    const tag = isHtml ? tagOf(window, node, name, plain) : name
    // Words on both sides of a field are words apart.
    const isField = plain && /^(input|select|textarea|button)$/.test(name)
    if (isField) emit(" ")
    open(node, tag)
    if (!isHtml || !voids.has(tag)) {
      inside(node, tag)
      emit(`</${tag}>`)
    }
    if (isField) emit(" ")
  }
  const visit = (node: PageNode) => {
    if (node.nodeType === 3 || node.nodeType === 4) emit(escapeText(node.nodeValue ?? ""))
    else if (node.nodeType === 1) element(node as PageElement)
  }

  if (!plain) frames.length = 0
  const type = document.doctype
  if (type !== null) {
    const ids = type.publicId !== "" ? ` PUBLIC "${type.publicId}" "${type.systemId}"` : ""
    emit(`<!DOCTYPE ${type.name}${ids.replace(/[<>]/g, "")}>`)
  }
  // XML is never in quirks mode; written as HTML it would be.
  else if (document.compatMode !== "BackCompat") emit("<!DOCTYPE html>")
  if (document.documentElement.localName === "svg" && !plain) {
    const alone = "<style>html,body{height:100%;margin:0}body>svg{display:block}</style></head><body>"
    emitAll("<head>", { kind: "head" }, alone)
  }
  visit(document.documentElement)
  if (text !== "") parts.push(text)
  const scheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
  return { parts, quirks: document.compatMode === "BackCompat", scheme, url: document.URL }
}
