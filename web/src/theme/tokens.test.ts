import { expect, test } from 'vitest'
import { asVariables, house, series, withCity } from './tokens'

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

test('every colour of text can be read on every ground', () => {
  for (const name of ['text', 'secondary', 'hint', 'placeholder', 'primary', 'success', 'warning', 'danger'] as const) {
    for (const ground of [house.surface, house.ground]) expect(contrast(house[name], ground), name).toBeGreaterThanOrEqual(4.4)
  }
  expect(contrast(house.controlBorder, house.surface)).toBeGreaterThanOrEqual(3)
  for (const colour of series) expect(contrast(colour, house.surface), colour).toBeGreaterThanOrEqual(2.9)
})

test('a city swaps colours and nothing else', () => {
  expect(withCity('{"primary":"#0a5c36","unknown":"#000000","text":"url(x)"}')).toEqual({ ...house, primary: '#0a5c36' })
  expect(withCity('not json')).toBe(house)
  expect(withCity(undefined)).toBe(house)
})

test('tokens have the names of style sheets', () => {
  expect(Object.fromEntries(asVariables(house))['--primary-soft']).toBe(house.primarySoft)
})
