// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import { vectors } from '../../client/test/vectors.js'
import {
  ATTRIBUTE_PATTERNS,
  ATTRIBUTES,
  EVENT_FIELDS,
  HTML_TAGS,
  isEventField,
  refuseAttribute,
  refuseStyle,
  refuseTag,
  SVG_TAGS,
  TARGET_FIELDS,
  URL_ATTRIBUTES,
  URL_SCHEMES,
} from '../src/safety.js'
import { only, show } from './helpers.js'

const { tags, attributes, styles, allowed_attributes, url_attributes, url_schemes, ...rest } =
  vectors('dom_safety')
const { event_fields, event_target_fields, event_fields_denied } = rest
type Triple = [string, string, string]

describe('safety', () => {
  it('has the lists of the vectors', () => {
    expect([...HTML_TAGS, ...SVG_TAGS].sort()).toEqual(tags.allowed)
    expect([...[...ATTRIBUTES].sort(), ...ATTRIBUTE_PATTERNS]).toEqual(allowed_attributes)
    expect([...URL_ATTRIBUTES].sort()).toEqual(url_attributes)
    expect([...URL_SCHEMES].sort()).toEqual(url_schemes)
    expect([...EVENT_FIELDS].sort()).toEqual(event_fields)
    expect([...TARGET_FIELDS].sort()).toEqual(event_target_fields)
  })

  it.each(event_fields_denied as string[])("refuses the event field '%s'", (field) => {
    expect(isEventField(field)).toBe(false)
  })
  it('allows the fields of the event and of its targets', () => {
    expect(['key', 'target.value', 'currentTarget.scrollTop'].every(isEventField)).toBe(true)
  })

  it.each(tags.denied as string[])('refuses <%s>', (tag) => {
    expect(refuseTag(tag)).toEqual(expect.any(String))
  })
  it.each(attributes.allowed as Triple[])('allows <%s %s="%s">', (...attribute) => {
    expect(refuseAttribute(...attribute)).toBeUndefined()
  })
  it.each(attributes.denied as Triple[])('refuses <%s %s="%s">', (...attribute) => {
    expect(refuseAttribute(...attribute)).toEqual(expect.any(String))
  })
  it.each(styles.allowed as [string, string][])('allows %s: %s', (...style) => {
    expect(refuseStyle(...style)).toBeUndefined()
  })
  it.each(styles.denied as [string, string][])('refuses %s: %s', (...style) => {
    expect(refuseStyle(...style)).toEqual(expect.any(String))
  })

  it('leaves what is refused out of the document, and names it once', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { host, change } = show([
      [
        'create',
        '1',
        'Element',
        'root',
        -1,
        {
          tag: 'a',
          text: '<img src=x onerror=alert(1)>',
          attrs: { href: 'javascript:alert(1)', onclick: 'alert(1)', title: 'fine', __proto__: 'x' },
          style: { background: 'url(x)', color: 'red' },
        },
      ],
    ])
    const link = only(host)
    expect(link.outerHTML).toBe('<a style="color: red;" title="fine">&lt;img src=x onerror=alert(1)&gt;</a>')
    change(['put', '1', 'style', 'color', 'blue'], ['put', '1', 'attrs', 'lang', 'en'])
    const said = error.mock.calls.map(([message]) => String(message))
    expect(said).toHaveLength(3)
    expect(said[0]).toContain('of Element(1)')
    expect(said.join()).toContain('attribute onclick="alert(1)"')
  })

  it.each(['script', 'iframe', 'object', 'link', 'style', 'base'])(
    'shows an error box instead of <%s>',
    (tag) => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      const { host } = show([['create', '1', 'Element', 'root', -1, { tag, text: 'alert(1)' }]])
      expect(host.querySelector(tag)).toBeNull()
      expect(host.querySelector('[role=alert]')?.textContent).toContain('not on the allow list')
    },
  )
})
