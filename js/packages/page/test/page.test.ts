// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { world } from '../../client/test/helpers.js'
import { builtIns } from '../../dom/src/index.js'
import { loadFrontends } from '../src/frontends.js'
import { introduce } from '../src/me.js'
import { initials, showPeople } from '../src/people.js'
import { showStatus } from '../src/status.js'
import { toaster } from '../src/toasts.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the status mark', () => {
  const start = () => {
    const w = world()
    const mark = document.createElement('div')
    return {
      ...w,
      mark,
      said: () => mark.querySelector('span')?.textContent,
      button: () => mark.querySelector('button'),
    }
  }

  it('says nothing while live', () => {
    const { client, mark, said } = start()
    showStatus(client, mark)
    expect(mark.dataset['state']).toBe('live')
    expect(said()).toBe('')
  })

  it('says that changes are kept, tries at once on request, and says when it is connected again', () => {
    const { client, mark, said, button, server } = start()
    showStatus(client, mark)
    server.network.current.close(1006)
    expect(mark.dataset['state']).toBe('offline')
    expect(said()).toBe('Offline – changes are kept, retrying')
    const before = server.network.connections.length
    button()?.click()
    expect(server.network.connections).toHaveLength(before + 1)
    server.network.current.open()
    server.read(server.network.current)
    server.network.current.deliver()
    expect(said()).toBe('Connected again')
    vi.advanceTimersByTime(2000)
    expect(said()).toBe('')
  })

  it('says what to do when it is over', () => {
    const { client, mark, said, server } = start()
    showStatus(client, mark)
    server.network.current.close(4102, 'unauthorized')
    expect(said()).toContain('Not allowed.')
    expect(mark.querySelector('button')?.hidden).toBe(true)
  })
})

describe('who is here', () => {
  const person = (name: string) => ({ name, color: '', state: {} })
  const start = () => {
    localStorage.clear()
    const w = world()
    const list = document.createElement('ul')
    document.body.replaceChildren(list)
    introduce(w.client)
    showPeople(w.client, list)
    const tell = (people: { [session: string]: ReturnType<typeof person> }) => {
      w.server.send(w.server.network.current, { type: 'presence', people, all: true })
      w.server.network.current.deliver()
    }
    const me = w.client.session as string
    const labels = () =>
      [...list.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'))
    return { ...w, list, tell, me, labels }
  }

  it('is not shown to who is alone', () => {
    const { list, tell, me } = start()
    tell({ [me]: person('Me') })
    expect(list.children).toHaveLength(0)
  })

  it('shows initials, with the names as labels', () => {
    const { list, tell, me, labels, client } = start()
    tell({ [me]: person('x'), a: person('Ada Lovelace'), b: person('') })
    expect([...list.children].slice(1).map((each) => each.textContent)).toEqual(['AL', 'S'])
    expect(labels()).toEqual([
      `You: ${client.presence.me?.name}. Change your name`,
      'Ada Lovelace',
      'someone',
    ])
  })

  it('counts those for whom there is no room', () => {
    const { list, tell } = start()
    tell(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, person(`P${i}`)])))
    expect(list.children).toHaveLength(8)
    expect(list.lastElementChild?.textContent).toBe('+4')
  })

  it('asks for a name at a click, and keeps it', () => {
    const { list, tell, client } = start()
    tell({ a: person('Ada') })
    list.querySelector('button')?.click()
    const field = list.querySelector('input') as HTMLInputElement
    tell({ a: person('Ada'), b: person('Bob') })
    expect(list.querySelector('input')).toBe(field)
    field.value = ' Grace Hopper '
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
    expect(client.presence.me?.name).toBe('Grace Hopper')
    expect(localStorage.getItem('objectsync.name')).toBe('Grace Hopper')
    expect(list.querySelector('button')?.textContent).toBe('GH')
    expect(list.children).toHaveLength(3)
  })

  it('takes whole letters', () => {
    expect(initials('  éva  maria ødegård')).toBe('ÉØ')
    expect(initials('😀 face')).toBe('😀F')
    expect(initials('')).toBe('')
  })
})

describe('toasts', () => {
  it('go by themselves, and are text', () => {
    const host = document.createElement('div')
    const toast = toaster(host)
    for (let i = 0; i < 5; i++) toast(`<b>${i}</b>`)
    expect([...host.children].map((each) => each.textContent)).toEqual(['<b>2</b>', '<b>3</b>', '<b>4</b>'])
    vi.advanceTimersByTime(6000)
    expect(host.children).toHaveLength(0)
  })
})

describe('frontends of users', () => {
  const answer = (body: unknown, ok = true) =>
    vi.stubGlobal('fetch', () => Promise.resolve({ ok, json: () => Promise.resolve(body) }))

  it('may be none', async () => {
    answer(null, false)
    const registry = builtIns()
    const before = registry.types
    await loadFrontends(registry, 'http://page.invalid/')
    expect(registry.types).toEqual(before)
  })

  it('that fail are reported, and the page goes on', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    answer(['data:text/javascript,export default 1', 7])
    await loadFrontends(builtIns(), 'http://page.invalid/')
    expect(error).toHaveBeenCalledTimes(1)
  })
})
