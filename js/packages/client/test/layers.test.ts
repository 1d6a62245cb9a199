/** What an action says became of it, and what is only pretended. */
import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import { LocalError, type Outcome, type StringTopic } from '../src/index.js'
import { world } from './helpers.js'

const ITEM: readonly Change[] = [['create', '1', 'Item', 'root', -1, { n: 1 }]]

describe('a proposed action', () => {
  it('is shown at once, and says when it was applied', async () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const outcome = client.propose(() => {
      item.attribute('n').add(2)
      item.attribute('s').set('both')
    })
    expect(item.attribute('s').value).toBe('both')
    server.settle(clock)
    expect(await outcome).toEqual({ applied: true })
    expect(server.actions.length).toBe(1)
  })

  it('says why it was rejected, when it has been taken back', async () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const before = item.attribute('s').value
    server.effects = () => {
      throw new Error('no')
    }
    const outcome = client.propose(() => item.attribute('s').set('mine'))
    server.settle(clock)
    expect(await outcome).toEqual({ applied: false, code: 'rejected', message: 'Error: no' })
    expect(item.attribute('s').value).toBe(before)
  })

  it('is told when the client is closed', async () => {
    const { client } = world(ITEM)
    const outcome: Promise<Outcome> = client.propose(() => client.object('1').attribute('n').add(1))
    client.close()
    expect((await outcome).applied).toBe(false)
  })

  it('of nothing is applied', async () => {
    const { client } = world(ITEM)
    expect(await client.propose(() => {})).toEqual({ applied: true })
  })
})

describe('a preview', () => {
  it('is shown here only, and goes when it is dropped', () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const before = item.attribute('s').value
    const heard: string[] = []
    item.attribute('s').onSet((text: string) => heard.push(text))
    const preview = client.pretend(() => item.attribute('s').set('tried'))
    server.settle(clock)
    expect(item.attribute('s').value).toBe('tried')
    expect(server.actions).toEqual([])
    preview.drop()
    preview.drop()
    expect(item.attribute('s').value).toBe(before)
    expect(heard).toEqual(['tried', before])
  })

  it('stays above what comes, and what is done meanwhile goes below it', async () => {
    const { server, clock, client } = world(ITEM)
    const text = client.object('1').attribute<StringTopic>('s')
    const was = text.value
    const preview = client.pretend(() => text.insert(0, '>> '))
    server.change(['insert_text', '1', 's', 0, 'x'])
    text.insert(text.value.length, '!')
    server.settle(clock)
    expect(text.value).toBe(`x>> ${was}!`)
    expect(server.tree.cell('1', 's').topic.value).toBe(`x${was}!`)
    const outcome = preview.commit()
    server.settle(clock)
    expect(await outcome).toEqual({ applied: true })
    expect(server.tree.cell('1', 's').topic.value).toBe(`x>> ${was}!`)
    expect(() => preview.commit()).toThrow(LocalError)
  })

  it('cannot be built upon', () => {
    const { client } = world(ITEM)
    const item = client.object('1')
    let child = item
    client.pretend(() => {
      child = item.create('Item')
    })
    expect(() => child.attribute('n').add(1)).toThrow('commit that first')
    expect(client.pendingCount).toBe(0)
  })
})
