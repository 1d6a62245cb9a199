/**
 * Safety: which tags, attributes, URLs and styles from the wire may reach the document.
 *
 * - Allow lists only. What is not listed is refused, and nothing is rewritten to make it pass.
 * - Attributes are code: handlers, `srcdoc`, `javascript:` and SVG animation of `href` all run. None of them is listed.
 * - Names match exactly; `HREF` and `onClick` are simply not listed.
 * - tests/vectors/dom_safety.json holds these lists and cases; the server checks by the same ones for an early error.
 * - Each check answers with `undefined` for yes, or with why not.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const HTML_TAGS: ReadonlySet<string> = new Set(
  words(`
  a abbr address article aside audio b bdi bdo blockquote br button canvas caption cite code col colgroup data datalist dd del
  details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd label
  legend li main mark menu meter nav ol optgroup option output p picture pre progress q rp rt ruby s samp search section select
  small source span strong sub summary sup table tbody td textarea tfoot th thead time tr track u ul var video wbr`),
)

export const SVG_TAGS: ReadonlySet<string> = new Set(
  words(`
  circle clipPath defs desc ellipse g line linearGradient marker mask path pattern polygon polyline radialGradient rect stop svg
  symbol text textPath title tspan`),
)

/** Names that stand for themselves; `aria-*` and `data-*` come on top. */
export const ATTRIBUTES: ReadonlySet<string> = new Set(
  words(`
  abbr accept alt autocapitalize autocomplete autofocus checked cite class cols colspan controls coords datetime decoding dir disabled
  download draggable enterkeyhint for headers height hidden high href hreflang id inert inputmode ismap kind label lang list loading
  loop low max maxlength media min minlength multiple muted name novalidate open optimum pattern placeholder playsinline poster preload
  readonly rel required reversed role rows rowspan scope selected shape size sizes span spellcheck src srclang start step tabindex
  target title translate type value width wrap
  clip-path clip-rule clipPathUnits cx cy d dominant-baseline dx dy fill fill-opacity fill-rule font-family font-size font-style
  font-weight fx fy gradientTransform gradientUnits letter-spacing marker-end marker-mid marker-start markerHeight markerUnits
  markerWidth mask maskContentUnits maskUnits offset opacity orient paint-order pathLength patternContentUnits patternTransform
  patternUnits points preserveAspectRatio r refX refY rotate rx ry shape-rendering spreadMethod stop-color stop-opacity stroke
  stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor
  text-decoration textLength transform vector-effect viewBox visibility word-spacing x x1 x2 y y1 y2`),
)

/** What may be asked of a DOM event. */
export const EVENT_FIELDS: ReadonlySet<string> = new Set(
  words(`
  altKey animationName button buttons clientX clientY code ctrlKey data deltaMode deltaX deltaY deltaZ detail elapsedTime elementX
  elementY height inputType isComposing isPrimary key location metaKey movementX movementY newState offsetX offsetY oldState pageX
  pageY pointerId pointerType pressure propertyName repeat screenX screenY shiftKey tiltX tiltY timeStamp width`),
)

/** What may be asked of its `target` and `currentTarget`. */
export const TARGET_FIELDS: ReadonlySet<string> = new Set(
  words(`
  checked clientHeight clientWidth currentTime duration ended id muted naturalHeight naturalWidth offsetHeight offsetWidth open paused
  scrollHeight scrollLeft scrollTop scrollWidth selectionEnd selectionStart tagName value valueAsNumber volume`),
)

/** Whether this field of an event may be asked for. */
export function isEventField(field: string): boolean {
  const [where, name, ...more] = field.split('.')
  if (name === undefined) return EVENT_FIELDS.has(field)
  return (where === 'target' || where === 'currentTarget') && TARGET_FIELDS.has(name) && more.length === 0
}

const PATTERNED = /^(aria|data)-[a-z0-9_.-]{1,64}$/
export const ATTRIBUTE_PATTERNS: readonly string[] = ['aria-*', 'data-*']

/** Their value is an address. */
export const URL_ATTRIBUTES: ReadonlySet<string> = new Set(words('cite href poster src'))
export const URL_SCHEMES: ReadonlySet<string> = new Set(words('blob http https mailto tel'))
/** `data:` addresses may only be pictures, and only where a picture is shown. An SVG in an img runs nothing. */
const DATA_IMAGE = /^data:image\/(avif|gif|jpeg|png|svg\+xml|webp)[;,]/i
const DATA_TAGS: ReadonlySet<string> = new Set(words('img source video'))

/** `<img name=cookie>` would stand in for `document.cookie`; only controls need names. */
const NAME_TAGS: ReadonlySet<string> = new Set(words('button details fieldset input output select textarea'))
const TARGETS: ReadonlySet<string> = new Set(words('_blank _self'))
/** These may point at `#something` of the same page by `url()`, and at nothing else. */
const PAINT: ReadonlySet<string> = new Set(
  words('clip-path fill marker-end marker-mid marker-start mask stroke'),
)

/** Names that reach a prototype in one language or another. */
const RESERVED: ReadonlySet<string> = new Set(words('__proto__ constructor prototype'))

const STYLE_NAME = /^(--[A-Za-z0-9_-]{1,64}|-?[a-z][a-z-]{0,63})$/
const STYLE_NAMES_REFUSED: ReadonlySet<string> = new Set(words('behavior -moz-binding'))
/** What fetches or runs. A backslash could hide any of it, so it is refused with them. */
const STYLE_VALUE_REFUSED =
  /url\s*\(|src\s*\(|image\s*\(|image-set\s*\(|cross-fade\s*\(|expression\s*\(|@import|javascript:|[\\;{}]/i

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these inside an address, so the scheme is read without them
const DROPPED_IN_URLS = /[\u0000-\u0020\u007f-\u009f\u00a0\u2028\u2029\ufeff]/g
const SCHEME = /^([a-z][a-z0-9+.-]*):/i

/** Why this tag may not be made, or undefined. */
export function refuseTag(tag: string): string | undefined {
  return HTML_TAGS.has(tag) || SVG_TAGS.has(tag) ? undefined : 'the tag is not on the allow list'
}

/** Why this attribute may not be set on this tag, or undefined. */
export function refuseAttribute(tag: string, name: string, value: string): string | undefined {
  if (RESERVED.has(name)) return 'the name is reserved'
  if (!ATTRIBUTES.has(name) && !PATTERNED.test(name)) return 'the attribute is not on the allow list'
  if (name === 'name' && !NAME_TAGS.has(tag)) return 'only form controls may have a name'
  if (name === 'target' && !TARGETS.has(value)) return "expected '_blank' or '_self'"
  if (URL_ATTRIBUTES.has(name)) return refuseUrl(tag, value)
  if (PAINT.has(name) && /\(|\\/.test(value) && !/^url\(#[A-Za-z0-9_-]+\)$/.test(value) && !isColour(value)) {
    return 'it may only point at a part of this page'
  }
  return undefined
}

const isColour = (value: string): boolean =>
  /^(rgb|rgba|hsl|hsla|oklch|oklab|lab|lch|var)\([A-Za-z0-9_ .,%/+-]*\)$/.test(value)

/** Why this address may not be used, or undefined. */
export function refuseUrl(tag: string, value: string): string | undefined {
  const plain = value.replace(DROPPED_IN_URLS, '')
  const scheme = SCHEME.exec(plain)?.[1]?.toLowerCase()
  if (scheme === 'data') {
    return DATA_TAGS.has(tag) && DATA_IMAGE.test(plain) ? undefined : 'data: may only be a picture'
  }
  if (scheme !== undefined && !URL_SCHEMES.has(scheme)) return `the scheme '${scheme}:' is not allowed`
  try {
    // What the browser makes of it has the last word.
    const { protocol } = new URL(plain, 'http://page.invalid/')
    return URL_SCHEMES.has(protocol.slice(0, -1)) ? undefined : `the scheme '${protocol}' is not allowed`
  } catch {
    return 'it is not an address'
  }
}

/** Why this style may not be set, or undefined. */
export function refuseStyle(property: string, value: string): string | undefined {
  if (RESERVED.has(property)) return 'the name is reserved'
  if (!STYLE_NAME.test(property) || STYLE_NAMES_REFUSED.has(property)) return 'it is not a style property'
  if (STYLE_VALUE_REFUSED.test(value)) return 'the value could fetch or run something'
  return undefined
}
