import { describe, expect, it } from 'vitest'
import { vectors } from '../../client/test/vectors.js'
import { shownNumber } from '../src/numbers.js'

describe('numbers', () => {
  it('are shown as in the vectors', () => {
    for (const [number, text] of vectors('numbers')) expect(shownNumber(number)).toBe(text)
  })
})
