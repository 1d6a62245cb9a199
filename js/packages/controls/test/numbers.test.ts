import { expect, it } from 'vitest'
import { vectors } from '../../client/test/vectors.js'
import { numberText } from '../src/numbers.js'

it('numbers stand in a page as in the vectors', () => {
  for (const [number, text] of vectors('numbers')) expect(numberText(number)).toBe(text)
})
