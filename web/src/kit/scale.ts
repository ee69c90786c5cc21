/** From the least to the most, rounded to steps that can be read, whole ones of whole numbers; bars and areas begin at zero. */
export function scale(values: number[], fromZero: boolean): { low: number; high: number; ticks: number[] } {
  const least = fromZero ? Math.min(0, ...values) : Math.min(...values)
  const most = fromZero ? Math.max(0, ...values) : Math.max(...values)
  const room = most - least || Math.abs(most) || 1
  const rough = room / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const isWhole = values.every(Number.isInteger)
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough && (!isWhole || Number.isInteger(one))) ?? rough
  const low = Math.floor(least / step) * step
  const high = Math.max(low + step, Math.ceil(most / step) * step)
  const count = Math.round((high - low) / step)
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, place) => low + place * step) }
}
